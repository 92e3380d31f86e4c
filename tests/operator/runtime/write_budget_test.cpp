#include "operator/runtime/write_budget.h"

#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace std::chrono_literals;
using Purpose = WriteBudget::Purpose;

constexpr TokenBucket::Size kThree{.tokens = 3, .every = Duration{2'000}};

TEST(TokenBucketTest, GivesWhatItHoldsAtOnceAndThenWhatComesBack) {
    TokenBucket bucket(kThree);
    TimePoint now{1000s};
    EXPECT_TRUE(bucket.take(now, 0) && bucket.take(now, 0) && bucket.take(now, 0));
    EXPECT_FALSE(bucket.take(now, 0));
    EXPECT_EQ(bucket.holds(1), now + 2s);
    EXPECT_EQ(bucket.holds(3), now + 6s);
    EXPECT_FALSE(bucket.take(now + 1999ms, 0));
    EXPECT_TRUE(bucket.take(now + 2s, 0));
    EXPECT_FALSE(bucket.take(now + 2s, 0));
}

TEST(TokenBucketTest, HoldsNoMoreThanItsSizeHoweverLongItRests) {
    TokenBucket bucket(kThree);
    const TimePoint now{1000s};
    EXPECT_TRUE(bucket.take(now, 0));
    EXPECT_TRUE(bucket.take(now + 1h, 2));
    EXPECT_FALSE(bucket.take(now + 1h, 2));
}

TEST(TokenBucketTest, KeepsItsReserve) {
    TokenBucket bucket(kThree);
    const TimePoint now{1000s};
    EXPECT_TRUE(bucket.take(now, 2));
    EXPECT_FALSE(bucket.take(now, 2));
    EXPECT_TRUE(bucket.take(now, 1));
}

TEST(TokenBucketTest, TakesNoMoreBackThanItHolds) {
    TokenBucket bucket(kThree);
    const TimePoint now{1000s};
    bucket.take(now, 0);
    bucket.give(now, 100);
    EXPECT_TRUE(bucket.take(now, 0) && bucket.take(now, 0) && bucket.take(now, 0));
    EXPECT_FALSE(bucket.take(now, 0));
}

class WriteBudgetTest : public testing::Test {
  protected:
    /// How many writes succeed at once.
    unsigned spend(Purpose purpose) {
        unsigned writes = 0;
        while (!budget.take(key, purpose, now)) {
            ++writes;
        }
        return writes;
    }

    const kube::ObjectKey key{"ns", "a"};
    TimePoint now{1000s};
    WriteBudget budget;
};

TEST_F(WriteBudgetTest, LeavesEnoughToTellThatItIsUsedUp) {
    EXPECT_EQ(spend(Purpose::act), WriteBudget::kSize.tokens - WriteBudget::kReserve);
    EXPECT_EQ(spend(Purpose::tell), WriteBudget::kReserve);
    EXPECT_EQ(budget.take(key, Purpose::tell, now), 1500ms) << "nothing is written for nothing";
    EXPECT_EQ(budget.take(key, Purpose::act, now), 31500ms);
}

TEST_F(WriteBudgetTest, IsOneForEachKey) {
    spend(Purpose::act);
    EXPECT_EQ(budget.take({"ns", "b"}, Purpose::act, now), std::nullopt);
}

TEST_F(WriteBudgetTest, GrowsWithWhatAPersonWishes) {
    budget.wish(key, now);
    spend(Purpose::act);
    budget.wish(key, now);
    EXPECT_EQ(spend(Purpose::act), WriteBudget::kWish);
}

TEST_F(WriteBudgetTest, IsStrainedFromARefusalUntilAQuarterOfAMinuteWithoutAWrite) {
    EXPECT_EQ(budget.strained_until(key, now), std::nullopt);
    spend(Purpose::act);
    EXPECT_EQ(budget.strained_until(key, now), now + 15s);
    now += 14s;
    EXPECT_EQ(budget.take(key, Purpose::act, now), std::nullopt);
    EXPECT_EQ(budget.strained_until(key, now), now + 2500ms);
    now += 2500ms;
    EXPECT_EQ(budget.strained_until(key, now), std::nullopt);
    EXPECT_EQ(budget.take(key, Purpose::act, now), std::nullopt);
    EXPECT_EQ(budget.strained_until(key, now), std::nullopt) << "nothing was refused since";
}

TEST_F(WriteBudgetTest, ForgetsTheKeysWhoseBucketIsFullAgain) {
    budget.take(key, Purpose::act, now);
    budget.take({"ns", "b"}, Purpose::act, now);
    budget.take({"ns", "b"}, Purpose::act, now);
    EXPECT_EQ(budget.forget_full(now + 1500ms), 1U);
    EXPECT_EQ(budget.forget_full(now + 3s), 0U);
}

}  // namespace
}  // namespace runtime
