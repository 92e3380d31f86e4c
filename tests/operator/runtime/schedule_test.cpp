#include "operator/runtime/schedule.h"

#include <string>

#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace std::chrono_literals;

class ScheduleTest : public testing::Test {
  protected:
    void add(const std::string& name, Duration after = 0ms, Priority priority = Priority::change,
             std::string_view cause = {}) {
        schedule.add({"ns", name}, start + after, {priority, cause});
    }
    void hold(const std::string& name, Duration after) {
        schedule.hold({"ns", name}, start + after, "retry");
    }
    /// The name of the key taken, or "-".
    std::string take(Duration after = 0ms) {
        const auto taken = schedule.take(start + after, slow_at_once);
        return taken ? taken->key.name : "-";
    }
    void done(const std::string& name) { schedule.done({"ns", name}, false); }
    void done_slowly(const std::string& name) { schedule.done({"ns", name}, true); }

    const TimePoint start{1000s};
    std::size_t slow_at_once = 1;
    Schedule schedule;
};

TEST_F(ScheduleTest, IsEmptyAtFirst) {
    EXPECT_EQ(take(), "-");
    EXPECT_EQ(schedule.next_due(slow_at_once), std::nullopt);
}

TEST_F(ScheduleTest, HandsOutAKeyOnlyOnceWhenItIsAddedTwice) {
    add("a");
    add("a");
    EXPECT_EQ(take(), "a");
    EXPECT_EQ(take(), "-");
}

TEST_F(ScheduleTest, HandsOutKeysInTheOrderInWhichTheyCame) {
    add("b");
    add("c");
    add("a");
    EXPECT_EQ(take() + take() + take(), "bca");
}

TEST_F(ScheduleTest, HoldsAKeyBackUntilItIsDue) {
    add("a", 10s);
    EXPECT_EQ(take(9999ms), "-");
    EXPECT_EQ(schedule.next_due(slow_at_once), start + 10s);
    EXPECT_EQ(take(10s), "a");
}

TEST_F(ScheduleTest, KeepsTheEarlierOfTwoTimes) {
    add("a", 10s);
    add("a", 5s);
    add("a", 20s);
    EXPECT_EQ(schedule.next_due(slow_at_once), start + 5s);
    EXPECT_EQ(take(5s), "a");
    done("a");
    EXPECT_EQ(take(1h), "-");
}

TEST_F(ScheduleTest, ServesWhatFellDueFirstFirst) {
    add("late", 2s);
    add("early", 1s);
    EXPECT_EQ(take(5s), "early");
    EXPECT_EQ(take(5s), "late");
}

TEST_F(ScheduleTest, LetsChangesOvertakeTheBackgroundAndWishesOvertakeBoth) {
    add("resync", 0ms, Priority::background);
    add("changed");
    add("wished", 0ms, Priority::wish);
    EXPECT_EQ(take(), "wished");
    EXPECT_EQ(take(), "changed");
    EXPECT_EQ(take(), "resync");
}

TEST_F(ScheduleTest, RaisesAWaitingKeyToTheHigherPriority) {
    add("a", 0ms, Priority::background);
    add("b", 0ms, Priority::background);
    add("c", 0ms, Priority::background);
    EXPECT_EQ(take(), "a");  // b and c are ready from now on
    add("c");
    add("c", 0ms, Priority::background);
    EXPECT_EQ(take(), "c");
    EXPECT_EQ(take(), "b");
    EXPECT_EQ(take(), "-");
}

TEST_F(ScheduleTest, LetsAChangeOvertakeATimerThatWaits) {
    add("a", 60s, Priority::background);
    add("a");
    EXPECT_EQ(take(), "a");
}

TEST_F(ScheduleTest, HoldsAKeyThatFailedBackFromWhateverChangesMeanwhile) {
    add("a");
    EXPECT_EQ(take(), "a");
    add("a");  // while it runs
    hold("a", 30s);
    done("a");
    add("a", 1s);
    add("a", 0ms, Priority::background);
    EXPECT_EQ(take(29s), "-");
    EXPECT_EQ(schedule.next_due(slow_at_once), start + 30s);
    EXPECT_EQ(take(30s), "a");
    done("a");
    EXPECT_EQ(take(1h), "-") << "all of it was one run";
}

TEST_F(ScheduleTest, HoldsNoWishBack) {
    add("a");
    EXPECT_EQ(take(), "a");
    hold("a", 30s);
    done("a");
    add("a", 0ms, Priority::wish);
    EXPECT_EQ(take(), "a");
    done("a");
    EXPECT_EQ(take(1h), "-");
}

TEST_F(ScheduleTest, HoldsNoWishBackThatCameWhileTheKeyRan) {
    add("a");
    EXPECT_EQ(take(), "a");
    add("a", 0ms, Priority::wish);
    hold("a", 30s);
    done("a");
    EXPECT_EQ(take(), "a");
}

TEST_F(ScheduleTest, HoldsAKeyNoLongerOnceItWasWorked) {
    add("a");
    EXPECT_EQ(take(), "a");
    hold("a", 30s);
    done("a");
    EXPECT_EQ(take(30s), "a");
    add("a", 30s);
    done("a");
    EXPECT_EQ(take(30s), "a");
}

TEST_F(ScheduleTest, NamesTheFirstCauseOfTheHighestPriority) {
    add("a", 0ms, Priority::background, "list");
    add("a", 0ms, Priority::change, "Pod");
    add("a", 0ms, Priority::change, "Job");
    add("a", 0ms, Priority::background, "write");
    EXPECT_EQ(schedule.take(start, slow_at_once)->cause, "Pod");
    hold("a", 1s);
    done("a");
    EXPECT_EQ(schedule.take(start + 1s, slow_at_once)->cause, "retry");
}

TEST_F(ScheduleTest, SaysWhetherAKeyIsNewInTheQueue) {
    EXPECT_TRUE(schedule.add({"ns", "a"}, start, {}));
    EXPECT_FALSE(schedule.add({"ns", "a"}, start, {}));
    EXPECT_FALSE(schedule.add({"ns", "a"}, start, {Priority::wish}));
    EXPECT_EQ(take(), "a");
    EXPECT_TRUE(schedule.add({"ns", "a"}, start, {}));
}

TEST_F(ScheduleTest, HandsOutAKeyThatIsAddedWhileItRunsOnlyAfterItIsDone) {
    add("a");
    EXPECT_EQ(take(), "a");
    add("a");
    EXPECT_EQ(take(), "-");
    EXPECT_EQ(schedule.next_due(slow_at_once), std::nullopt);
    done("a");
    EXPECT_EQ(take(), "a");
    done("a");
    EXPECT_EQ(take(), "-");
}

TEST_F(ScheduleTest, ForgetsAKeyThatIsDone) {
    add("a");
    EXPECT_EQ(take(), "a");
    EXPECT_EQ(schedule.running(), 1U);
    done("a");
    EXPECT_EQ(schedule.running(), 0U);
    EXPECT_EQ(schedule.waiting(), 0U);
}

TEST_F(ScheduleTest, SaysSinceWhenAKeyWaits) {
    add("a", 1s);
    EXPECT_EQ(schedule.take(start + 3s, slow_at_once)->due, start + 1s);
}

TEST_F(ScheduleTest, CountsWhatWaits) {
    add("a");
    add("b");
    add("later", 1h);
    EXPECT_EQ(schedule.waiting(), 3U);
    EXPECT_EQ(take(), "a");
    EXPECT_EQ(schedule.waiting(), 2U);
    EXPECT_EQ(schedule.ready(), 1U);
    EXPECT_EQ(schedule.next_due(slow_at_once), start);
}

TEST_F(ScheduleTest, LetsKeysWhoseLastRunWasSlowShareAFewPlaces) {
    for (const char* name : {"a", "b", "c"}) {
        add(name);
    }
    EXPECT_EQ(take() + take() + take(), "abc") << "nobody knows yet";
    for (const char* name : {"a", "b", "c"}) {
        add(name);
        done_slowly(name);
    }
    add("d");
    EXPECT_EQ(take() + take() + take(), "ad-");
    EXPECT_EQ(schedule.next_due(slow_at_once), std::nullopt) << "b and c wait for the place of a";
    EXPECT_EQ(schedule.waiting(), 2U);

    add("c", 0ms, Priority::wish);
    EXPECT_EQ(take(), "-");
    slow_at_once = 2;
    EXPECT_EQ(schedule.next_due(slow_at_once), start);
    EXPECT_EQ(take() + take(), "c-") << "a wish is the first of them";
    add("a");
    done("a");
    EXPECT_EQ(take() + take() + take(), "ba-")
        << "the last run of a was quick, it takes no place of the slow";
}

using ScheduleDeathTest = ScheduleTest;

TEST_F(ScheduleDeathTest, AbortsWhenAKeyIsDoneThatWasNotTaken) {
    add("a");
    EXPECT_DEATH(done("a"), "");
}

}  // namespace
}  // namespace runtime
