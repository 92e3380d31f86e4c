#include "operator/crm/api/quantity.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(Quantity, IsWrittenAsTheApiServerWritesItBack) {
    const struct {
        const char* text;
        const char* canonical;
    } table[] = {
        {"0", "0"},        {"1", "1"},           {"1000", "1k"},      {"1500", "1500"},
        {"0.5", "500m"},   {"1000m", "1"},       {"1500m", "1500m"},  {"0.1", "100m"},
        {"1024Mi", "1Gi"}, {"1536Mi", "1536Mi"}, {"1.5Gi", "1536Mi"}, {"0.5Gi", "512Mi"},
        {"1Ki", "1Ki"},    {"0.5Ki", "512"},     {"1000M", "1G"},     {"128974848", "128974848"},
        {"1e3", "1e3"},    {"1E3", "1e3"},       {"12e6", "12e6"},    {"100n", "100n"},
        {"1000000u", "1"}, {"+5", "5"},          {".5", "500m"},      {"5.", "5"},
        {"2Ti", "2Ti"},    {"1Ei", "1Ei"},       {"0.0001m", "100n"},
    };
    for (const auto& row : table) {
        const auto quantity = Quantity::parse(row.text);
        ASSERT_TRUE(quantity) << row.text;
        EXPECT_EQ(quantity->canonical(), row.canonical) << row.text;
    }
}

TEST(Quantity, RefusesWhatIsNoneOrNegativeOrTooLarge) {
    for (const char* text : {"", "Mi", "-1", "1 Gi", "1gi", "1.2.3", "abc", "1e", "1e99", "9000000000000G",
                             "1Zi", "99999999999999999999999"}) {
        EXPECT_FALSE(Quantity::parse(text)) << text;
    }
}

TEST(Quantity, AddsAmounts) {
    EXPECT_EQ((*Quantity::parse("1Gi") + *Quantity::parse("512Mi")).canonical(), "1536Mi");
    EXPECT_EQ(*Quantity::parse("1") + *Quantity::parse("250m"), *Quantity::parse("1250m"));
    EXPECT_EQ(Quantity() + *Quantity::parse("1"), *Quantity::parse("1"));
}

TEST(Quantity, ComparesAmountsAndNotTexts) {
    EXPECT_TRUE(*Quantity::parse("500m") < *Quantity::parse("1"));
    EXPECT_TRUE(*Quantity::parse("1G") < *Quantity::parse("1Gi"));
    EXPECT_EQ(*Quantity::parse("1024Mi"), *Quantity::parse("1Gi"));
}

}  // namespace
}  // namespace crm
