#include "operator/runtime/backoff.h"

#include "tests/operator/runtime/objects.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr double kHighest = 0.9999999;

/// Rounded, because the jitter's upper end is open.
Duration rounded(Duration duration) {
    return (duration + 5ms) / 10 * 10;
}

TEST(Backoff, DoublesFromEightTenthsOfASecondToThirtySeconds) {
    Backoff backoff;
    TimePoint now;
    std::vector<Duration> waits;
    for (int i = 0; i < 8; ++i) {
        const Duration wait = backoff.failed(now, kHighest);
        now += wait;
        waits.push_back(rounded(wait));
    }
    EXPECT_THAT(waits, ElementsAre(800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s));
}

TEST(Backoff, DrawsFromTheUpperHalfOfTheInterval) {
    EXPECT_EQ(Backoff{}.failed({}, 0.0), 400ms);
    EXPECT_EQ(Backoff{}.failed({}, 0.5), 600ms);
}

TEST(Backoff, StartsOverOnlyAfterTwoMinutesOfHealth) {
    Backoff backoff;
    TimePoint now;
    now += backoff.failed(now, kHighest) + 119s;
    const Duration second = backoff.failed(now, kHighest);
    EXPECT_EQ(rounded(second), 1600ms);
    now += second + 120s;
    EXPECT_EQ(rounded(backoff.failed(now, kHighest)), 800ms);
}

class RetryPolicyTest : public testing::Test {
  protected:
    Duration fails(ErrorKind kind, double random = kHighest) {
        return policy.failed(key, Error{kind, "no"}, random);
    }

    RetryPolicy policy;
    const kube::ObjectKey key{"ns", "a"};
};

TEST_F(RetryPolicyTest, RetriesAtOnceAndThenEverMoreSlowlyUpToHalfAMinute) {
    EXPECT_EQ(rounded(fails(ErrorKind::conflict)), 50ms);
    EXPECT_EQ(rounded(fails(ErrorKind::conflict)), 100ms);
    EXPECT_EQ(rounded(fails(ErrorKind::unavailable)), 200ms);
    for (int i = 0; i < 100; ++i) {
        fails(ErrorKind::internal);
    }
    EXPECT_EQ(rounded(fails(ErrorKind::internal)), 30s);
    EXPECT_EQ(fails(ErrorKind::internal, 0.0), 15s);
}

TEST_F(RetryPolicyTest, CountsEachKeyForItself) {
    fails(ErrorKind::conflict);
    fails(ErrorKind::conflict);
    EXPECT_EQ(rounded(policy.failed({"ns", "b"}, {ErrorKind::conflict, ""}, kHighest)), 50ms);
}

TEST_F(RetryPolicyTest, ForgetsAKeyThatSucceeded) {
    fails(ErrorKind::conflict);
    policy.succeeded(key);
    EXPECT_EQ(policy.failing(), 0U);
    EXPECT_EQ(rounded(fails(ErrorKind::conflict)), 50ms);
}

TEST_F(RetryPolicyTest, WaitsTheLongestAtOnceWhenTheInputIsInvalid) {
    EXPECT_EQ(rounded(fails(ErrorKind::invalid)), 30s);
    EXPECT_EQ(policy.failing(), 0U);
}

TEST_F(RetryPolicyTest, WaitsAtLeastAsLongAsAskedToAndSpreadsThoseWhoWereAsked) {
    const Error throttled{ErrorKind::throttled, "busy", 10s};
    EXPECT_EQ(policy.failed(key, throttled, 0.0), 10s);
    EXPECT_EQ(policy.failed(key, throttled, 0.5), 12500ms);
}

}  // namespace
}  // namespace runtime
