// The database's pod goes only when its successor would be made.
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class ReconcilerTrial : public WorldTest {
  protected:
    void SetUp() override {
        create();
        world.start_pods("acme");
        ASSERT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
        pod_ = uid();
        world.cluster.set_admission([this](const kube::Kind& kind, json& object) -> std::optional<Error> {
            if (kind != kPod || refusal_.empty()) {
                return std::nullopt;
            }
            tried_ = object;
            return Error{kind_, refusal_};
        });
    }

    void refuse(const std::string& words, ErrorKind kind = ErrorKind::forbidden) {
        refusal_ = words;
        kind_ = kind;
    }

    /// "exceeded quota" for a pod of size medium.
    void refuse_by_quota(const std::string& used, const std::string& limited) {
        refuse(
            "pods \"acme-database-0-trial\" is forbidden: exceeded quota: team, requested: "
            "requests.memory=1Gi, used: requests.memory=" +
            used + ", limited: requests.memory=" + limited);
    }

    void change(const json& spec) {
        world.create(new_spec(spec));
        world.settle();
        world.show_template("acme");
        world.settle();
    }

    /// Of the pod that there is; empty when there is none.
    std::string uid() const {
        const auto pod = world.cluster.get(kPod, {"tenants", "acme-database-0"});
        return pod ? kube::uid_of(*pod) : "";
    }

    json memory_of_template() const {
        return world.get(
            kStatefulSet,
            "acme-database")["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"];
    }

    void expect_told(const std::string& ready, const std::string& words) const {
        EXPECT_EQ(uid(), pod_) << "it goes on";
        EXPECT_EQ(world.condition_of("acme", condition::kReady), ready);
        EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr(words));
        EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "True AcceptsConnections");
        EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "True ServerAvailable");
    }

    std::string pod_;
    std::string refusal_;
    ErrorKind kind_ = ErrorKind::forbidden;
    json tried_;
};

TEST_F(ReconcilerTrial, KeepsThePodWhoseSuccessorAQuotaRefusesUntilThereIsRoom) {
    refuse_by_quota("128Mi", "512Mi");
    change({{"size", "medium"}});
    expect_told("False QuotaExceeded", "ResourceQuota team");
    EXPECT_EQ(tried_["spec"]["containers"][0]["resources"]["requests"]["memory"], "1Gi");
    EXPECT_EQ(memory_of_template(), "128Mi") << "the pod may end by itself";

    world.cluster.forget_calls();
    world.settle_after(60s);
    EXPECT_FALSE(world.cluster.calls().empty()) << "it is tried again";
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
    expect_told("False QuotaExceeded", "ResourceQuota team");

    refuse("");
    world.settle_after(60s);
    EXPECT_EQ(memory_of_template(), "1Gi");
    world.show_template("acme");
    world.settle();
    EXPECT_EQ(uid(), "");
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerTrial, KeepsThePodWhenTheRefusalComesAfterTheTemplate) {
    world.create(new_spec({{"size", "medium"}}));
    world.settle();
    ASSERT_EQ(memory_of_template(), "1Gi");
    refuse_by_quota("128Mi", "512Mi");
    world.show_template("acme");
    world.settle();
    expect_told("False QuotaExceeded", "the successor of Pod acme-database-0");
}

TEST_F(ReconcilerTrial, CountsThePodThatIsToGoAsRoomInAQuota) {
    refuse_by_quota("128Mi", "1Gi");
    change({{"size", "medium"}});
    EXPECT_EQ(tried_["metadata"]["name"], "acme-database-0-trial");
    EXPECT_EQ(uid(), "");
}

TEST_F(ReconcilerTrial, TellsWhoeverRefusesTheSuccessor) {
    const struct {
        const char* words;
        const char* ready;
    } table[] = {
        {"pods \"x\" is forbidden: maximum memory usage per Container is 512Mi, but limit is 2Gi",
         "False LimitRangeViolated"},
        {"pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": seccompProfile",
         "False PodSecurityViolated"},
        {"admission webhook \"deny.example.com\" denied the request: no", "False WebhookDenied"},
        {"pods is forbidden: User \"op\" cannot create resource \"pods\" in API group \"\"",
         "False Forbidden"},
    };
    for (const auto& row : table) {
        refuse(row.words);
        world.settle_after(60s);
        change({{"size", "medium"}});
        world.settle_after(60s);
        expect_told(row.ready, row.words);
    }
}

TEST_F(ReconcilerTrial, KeepsThePodWhenItsServiceAccountDoesNotExist) {
    refuse("pods \"x\" is forbidden: error looking up service account tenants/typo: not found");
    change({{"serviceAccountName", "typo"}});
    expect_told("False ObjectRejected", "tenants/typo");
    EXPECT_EQ(tried_["spec"]["serviceAccountName"], "typo");
}

TEST_F(ReconcilerTrial, RestartsWhereNothingCanBeTried) {
    refuse("admission webhook \"a.b\" does not support dry run", ErrorKind::invalid);
    change({{"size", "medium"}});
    EXPECT_FALSE(tried_.is_null());
    EXPECT_EQ(uid(), "");
}

TEST_F(ReconcilerTrial, MakesNoPod) {
    change({{"size", "medium"}});
    EXPECT_EQ(uid(), "");
    EXPECT_THAT(world.cluster.all(kPod), IsEmpty());
}

}  // namespace
}  // namespace crm
