#include "operator/runtime/adaptive_concurrency.h"

#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace std::chrono_literals;

TEST(AdaptiveConcurrency, StartsAtTheMost) {
    EXPECT_EQ(AdaptiveConcurrency(8).limit({}), 8U);
    EXPECT_EQ(AdaptiveConcurrency(8).next_growth({}), std::nullopt);
}

TEST(AdaptiveConcurrency, HalvesOnOverloadAndGrowsByOneASecond) {
    AdaptiveConcurrency concurrency(8);
    const TimePoint start;
    concurrency.overloaded(start, start);
    EXPECT_EQ(concurrency.limit(start), 4U);
    EXPECT_EQ(concurrency.limit(start + 999ms), 4U);
    EXPECT_EQ(concurrency.limit(start + 1s), 5U);
    EXPECT_EQ(concurrency.limit(start + 4s), 8U);
    EXPECT_EQ(concurrency.limit(start + 1h), 8U);
}

TEST(AdaptiveConcurrency, CountsTheFailuresOfOneBurstOnce) {
    AdaptiveConcurrency concurrency(8);
    const TimePoint start;
    for (int i = 0; i < 8; ++i) {
        concurrency.overloaded(start, start + 1s + i * 1ms);
    }
    EXPECT_EQ(concurrency.limit(start + 1s), 4U);
    concurrency.overloaded(start + 1500ms, start + 1600ms);
    EXPECT_EQ(concurrency.limit(start + 1600ms), 2U);
}

TEST(AdaptiveConcurrency, NeverStops) {
    AdaptiveConcurrency concurrency(8);
    TimePoint now;
    for (int i = 0; i < 20; ++i, now += 1ms) {
        concurrency.overloaded(now, now);
    }
    EXPECT_EQ(concurrency.limit(now), 1U);
    EXPECT_EQ(AdaptiveConcurrency(0).limit(now), 1U);
}

TEST(AdaptiveConcurrency, SaysWhenItGrowsNext) {
    AdaptiveConcurrency concurrency(8);
    const TimePoint start;
    concurrency.overloaded(start, start);
    EXPECT_EQ(concurrency.next_growth(start), start + 1s);
    EXPECT_EQ(concurrency.next_growth(start + 1500ms), start + 2s);
    EXPECT_EQ(concurrency.next_growth(start + 4s), std::nullopt);
}

TEST(AdaptiveConcurrency, SeesOverloadInWhatTimeHealsAndNotInWhatIsWrong) {
    for (const ErrorKind kind : {ErrorKind::throttled, ErrorKind::unavailable, ErrorKind::timeout}) {
        EXPECT_TRUE(AdaptiveConcurrency::is_overload(kind)) << name_of(kind);
    }
    for (const ErrorKind kind : {ErrorKind::invalid, ErrorKind::conflict, ErrorKind::forbidden,
                                 ErrorKind::not_found, ErrorKind::internal, ErrorKind::cancelled}) {
        EXPECT_FALSE(AdaptiveConcurrency::is_overload(kind)) << name_of(kind);
    }
}

}  // namespace
}  // namespace runtime
