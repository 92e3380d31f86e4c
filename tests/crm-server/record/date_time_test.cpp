#include "crm-server/record/date_time.h"

#include <gtest/gtest.h>

namespace record {
namespace {

std::string normal(std::string_view text) {
    const auto time = parse_timestamp(text);
    return time ? postgres_timestamp(*time) : "refused";
}

TEST(DateTime, TurnsEveryOffsetIntoUtc) {
    EXPECT_EQ(normal("2024-02-29T12:30:00Z"), "2024-02-29 12:30:00+00");
    EXPECT_EQ(normal("2024-02-29t12:30:00z"), "2024-02-29 12:30:00+00");
    EXPECT_EQ(normal("2024-03-01T00:30:00+02:00"), "2024-02-29 22:30:00+00");
    EXPECT_EQ(normal("2023-12-31T23:30:00-01:15"), "2024-01-01 00:45:00+00");
    EXPECT_EQ(normal("1969-12-31T23:59:59Z"), "1969-12-31 23:59:59+00");
}

TEST(DateTime, KeepsMicrosecondsAsPostgresPrintsThem) {
    EXPECT_EQ(normal("2024-01-01T00:00:00.5Z"), "2024-01-01 00:00:00.5+00");
    EXPECT_EQ(normal("2024-01-01T00:00:00.000001Z"), "2024-01-01 00:00:00.000001+00");
    EXPECT_EQ(normal("2024-01-01T00:00:00.1234569Z"), "2024-01-01 00:00:00.123456+00");
    EXPECT_EQ(normal("2024-01-01T00:00:00.000000Z"), "2024-01-01 00:00:00+00");
}

TEST(DateTime, RefusesWhatIsNoTime) {
    for (const auto* text :
         {"", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z", "2024-13-01T00:00:00Z",
          "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
          "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+0100",
          "2024-1-1T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
          "9999-12-31T23:59:59-01:00", "2024-01-01T00:00:00Z ", "now", "infinity"})
        EXPECT_EQ(normal(text), "refused") << text;
}

TEST(DateTime, KnowsTheDatesOfTheCalendar) {
    EXPECT_TRUE(is_date("2024-02-29"));
    EXPECT_TRUE(is_date("0001-01-01"));
    for (const auto* text : {"2023-02-29", "2024-04-31", "2024-00-10", "0000-01-01", "24-01-01",
                             "2024-01-01T", "2024/01/01", "+2024-01-01", ""})
        EXPECT_FALSE(is_date(text)) << text;
}

}  // namespace
}  // namespace record
