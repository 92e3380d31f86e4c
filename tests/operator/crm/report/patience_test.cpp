#include "operator/crm/report/patience.h"

#include "operator/crm/api/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const kube::ObjectKey kAcme{"tenants", "acme"};
constexpr runtime::TimePoint kStart{};

std::vector<Finding> finding(const char* reason, const char* what = "Pod p") {
    return {{Component::server, {.reason = reason, .what = what}}};
}

class PatienceTest : public testing::Test {
  protected:
    Patience::Judgement judge(const std::vector<Finding>& findings, runtime::TimePoint now) {
        return patience.judge(kAcme, findings, status, now);
    }

    Patience patience;
    Status status;
};

TEST_F(PatienceTest, TellsAtOnceWhatIsNoMoments) {
    const auto judgement = judge(finding(reason::kImagePullFailed), kStart);
    EXPECT_THAT(judgement.told, SizeIs(1));
    EXPECT_FALSE(judgement.ask_again_in);
}

TEST_F(PatienceTest, HoldsBackWhatMayPassUntilItHasLasted) {
    const auto patience_of_row = find_cause(reason::kUnschedulable)->patience;
    const auto first = judge(finding(reason::kUnschedulable), kStart);
    EXPECT_THAT(first.told, IsEmpty());
    EXPECT_EQ(first.ask_again_in, patience_of_row);
    const auto second = judge(finding(reason::kUnschedulable), kStart + 1s);
    EXPECT_THAT(second.told, IsEmpty());
    EXPECT_EQ(second.ask_again_in, patience_of_row - 1s);
    EXPECT_THAT(judge(finding(reason::kUnschedulable), kStart + patience_of_row).told, SizeIs(1));
}

TEST_F(PatienceTest, BeginsAnewWithWhatWentAndCameBackOrIsAboutAnother) {
    judge(finding(reason::kUnschedulable), kStart);
    judge({}, kStart + 5s);
    EXPECT_THAT(judge(finding(reason::kUnschedulable), kStart + 1h).told, IsEmpty());
    EXPECT_THAT(judge(finding(reason::kUnschedulable, "Pod q"), kStart + 2h).told, IsEmpty());
}

TEST_F(PatienceTest, TellsOnWhatTheStatusTells) {
    status.conditions = {{.type = "Ready",
                          .status = Truth::no,
                          .reason = reason::kUnschedulable,
                          .message = "",
                          .last_transition_time = ""}};
    const auto judgement = judge(finding(reason::kUnschedulable), kStart);
    EXPECT_THAT(judgement.told, SizeIs(1));
    EXPECT_FALSE(judgement.ask_again_in);
}

TEST_F(PatienceTest, HasNoneWithAnInstanceThatIsForgotten) {
    judge(finding(reason::kUnschedulable), kStart);
    patience.forget(kAcme);
    EXPECT_THAT(judge(finding(reason::kUnschedulable), kStart + 1h).told, IsEmpty());
}

}  // namespace
}  // namespace crm
