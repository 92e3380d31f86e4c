#include "common/decimal.h"

#include <gtest/gtest.h>

namespace common {
namespace {

TEST(Decimal, IsTheSameHoweverItIsWritten) {
    for (const char* number : {"10", "10.0", "1e1", "1E+1", "100e-1", "0.1e2", "1000000000000e-11"}) {
        EXPECT_EQ(Decimal::parse(number), Decimal::parse("10")) << number;
    }
    for (const char* number : {"0", "-0", "0.0", "-0.00e7", "0e99999999999999999999"}) {
        EXPECT_EQ(Decimal::parse(number), Decimal::parse("0")) << number;
    }
    for (const char* number : {"-10", "1", "10.1", "10.000000000000000000001", "1e99999999999999999999",
                               "1e-99999999999999999999"}) {
        EXPECT_FALSE(Decimal::parse(number) == Decimal::parse("10")) << number;
    }
}

TEST(Decimal, IsAnIntegerWhenItIsOneAndFits) {
    EXPECT_EQ(Decimal::parse("1.5e1").to_int64(), 15);
    EXPECT_EQ(Decimal::parse("-0.0").to_int64(), 0);
    EXPECT_EQ(Decimal::parse("-9223372036854775808").to_int64(), INT64_MIN);
    EXPECT_EQ(Decimal::parse("9223372036854775808").to_int64(), std::nullopt);
    EXPECT_EQ(Decimal::parse("1.8446744073709551615e19").to_uint64(), UINT64_MAX);
    EXPECT_EQ(Decimal::parse("-1").to_uint64(), std::nullopt);
    EXPECT_EQ(Decimal::parse("1.5").to_int64(), std::nullopt);
    EXPECT_EQ(Decimal::parse("1e20").to_uint64(), std::nullopt);
    EXPECT_EQ(Decimal::parse("1e400").to_uint64(), std::nullopt);
}

TEST(Decimal, HasASizeWithoutAnExponent) {
    const struct {
        const char* number;
        std::size_t size;
    } table[] = {{"0", 1},     {"-12", 3},  {"1e3", 4},     {"1e308", 309}, {"1.5", 3},
                 {"-0.25", 5}, {"1e-3", 5}, {"12.5e-4", 7}, {"-1e-2", 5},   {"120.50", 5}};
    for (const auto& row : table) EXPECT_EQ(Decimal::parse(row.number).plain_size(), row.size) << row.number;
}

}  // namespace
}  // namespace common
