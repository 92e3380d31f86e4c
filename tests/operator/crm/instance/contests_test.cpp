#include "operator/crm/instance/contests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kAcme = "uid of acme";

class ContestsTest : public testing::Test {
  protected:
    bool put_right(const std::string& field, const std::string& manager = "scaler") {
        const bool may = contests.may_put_right(kAcme, "Deployment acme-server", {{field, manager}}, now);
        if (may) {
            contests.remember(kAcme, "Deployment acme-server", {{field, manager}}, now);
        }
        return may;
    }

    /// A fight that has come to its first pause.
    void fight() {
        for (unsigned i = 0; i < Contests::kAtOnce; ++i) {
            ASSERT_TRUE(put_right(".spec.replicas"));
            now += seconds(20);
        }
        ASSERT_FALSE(put_right(".spec.replicas"));
    }

    Contests contests;
    runtime::TimePoint now{std::chrono::hours(1)};
};

TEST_F(ContestsTest, BeginWhenAFieldIsChangedBackAgainAndAgain) {
    EXPECT_TRUE(put_right(".spec.replicas"));
    EXPECT_TRUE(put_right(".spec.replicas"));
    EXPECT_TRUE(put_right(".spec.replicas"));
    EXPECT_THAT(contests.of(kAcme, now), IsEmpty());
    EXPECT_FALSE(put_right(".spec.replicas"));
    const auto found = contests.of(kAcme, now);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].object, "Deployment acme-server");
    EXPECT_EQ(found[0].field, ".spec.replicas");
    EXPECT_EQ(found[0].manager, "scaler");
    EXPECT_EQ(found[0].pause, Contests::kFirstPause);
}

TEST_F(ContestsTest, AreNoneWhenEachChangeIsAnother) {
    for (const char* field : {".a", ".b", ".c", ".d", ".e"}) {
        EXPECT_TRUE(put_right(field));
    }
}

TEST_F(ContestsTest, AreNoneWhileItIsRefusedToPutTheFieldRight) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(contests.may_put_right(kAcme, "Service acme-server", {{".spec", "x"}}, now));
    }
    EXPECT_THAT(contests.of(kAcme, now), IsEmpty());
}

TEST_F(ContestsTest, AreNoneWhenTheChangesAreFarApart) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(put_right(".spec.replicas"));
        now += minutes(6);
    }
}

TEST_F(ContestsTest, PauseLongerEachTime) {
    fight();
    for (const auto pause : {minutes(1), minutes(2), minutes(4), minutes(8), minutes(10), minutes(10)}) {
        EXPECT_FALSE(put_right(".spec.replicas"));
        now += pause;
        EXPECT_TRUE(put_right(".spec.replicas")) << pause.count();
        now += seconds(1);
    }
}

TEST_F(ContestsTest, HoldNothingUpButTheContestedField) {
    fight();
    EXPECT_TRUE(put_right(".spec.template"));
    EXPECT_TRUE(contests.may_put_right(kAcme, "Service acme-server", {{".spec.replicas", "scaler"}}, now));
    EXPECT_TRUE(contests.may_put_right("uid of another", "Deployment acme-server",
                                       {{".spec.replicas", "scaler"}}, now));
    // Together with something else it is put right as well.
    EXPECT_TRUE(contests.may_put_right(kAcme, "Deployment acme-server",
                                       {{".spec.replicas", "scaler"}, {".spec.paused", "x"}}, now));
}

TEST_F(ContestsTest, EndWhenNobodyChangesTheFieldAnyMore) {
    fight();
    now += minutes(1);
    EXPECT_TRUE(put_right(".spec.replicas"));
    EXPECT_THAT(contests.of(kAcme, now), SizeIs(1));
    now += minutes(2);
    EXPECT_THAT(contests.of(kAcme, now), IsEmpty());
    now += minutes(30);
    EXPECT_TRUE(put_right(".spec.replicas"));
    EXPECT_TRUE(put_right(".spec.replicas"));
}

TEST_F(ContestsTest, AreNotHandedOnToTheNextInstanceOfTheName) {
    fight();
    EXPECT_TRUE(contests.may_put_right("uid of the next", "Deployment acme-server",
                                       {{".spec.replicas", "scaler"}}, now));
    EXPECT_THAT(contests.of("uid of the next", now), IsEmpty());
}

}  // namespace
}  // namespace crm
