#include "common/rfc3339.h"

#include <gtest/gtest.h>

namespace common {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

system_clock::time_point at(std::int64_t millis) {
    return system_clock::time_point(milliseconds(millis));
}

TEST(Rfc3339, IsUtcWithSecondsOrMilliseconds) {
    EXPECT_EQ(rfc3339_seconds(at(1'714'979'289'999)), "2024-05-06T07:08:09Z");
    EXPECT_EQ(rfc3339_millis(at(1'714'979'289'007)), "2024-05-06T07:08:09.007Z");
    EXPECT_EQ(rfc3339_millis(at(951'782'400'000)), "2000-02-29T00:00:00.000Z");
}

TEST(Rfc3339, RoundsDownAlsoBefore1970) {
    EXPECT_EQ(rfc3339_seconds(at(-1)), "1969-12-31T23:59:59Z");
    EXPECT_EQ(rfc3339_millis(at(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, IsReadAsItIsWritten) {
    for (const char* text : {"2024-05-06T07:08:09Z", "2000-02-29T00:00:00Z", "1969-12-31T23:59:59Z"}) {
        const auto time = parse_rfc3339_seconds(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(rfc3339_seconds(*time), text);
    }
}

TEST(Rfc3339, IsNoOtherText) {
    for (const char* text : {"", "2024-05-06", "2024-05-06T07:08:09", "2024-05-06T07:08:09+02:00",
                             "2024-05-06T07:08:09Z ", "2024-13-06T07:08:09Z"}) {
        EXPECT_FALSE(parse_rfc3339_seconds(text)) << text;
    }
}

}  // namespace
}  // namespace common
