// The reconciler when Kubernetes cannot do what it was asked for: the status names the cause.
#include "operator/crm/api/labels.h"
#include "operator/crm/api/reasons.h"
#include "tests/operator/crm/world.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::HasSubstr;
using testing::Not;

class ReconcilerOfCauses : public WorldTest {
  protected:
    /// A pod of the server, as Kubernetes would have it.
    void put_server_pod(const json& status) {
        world.cluster.put(kPod,
                          {{"apiVersion", "v1"},
                           {"kind", "Pod"},
                           {"metadata",
                            {{"name", "acme-server-1"},
                             {"namespace", "tenants"},
                             {"labels", labels("acme", Component::server)}}}},
                          "kube-controller-manager");
        world.cluster.edit(kPod, {"tenants", "acme-server-1"}, [&](json& pod) { pod["status"] = status; });
        world.settle();
    }

    std::string message(std::string_view type) const {
        const Status status = world.status_of("acme");
        const Condition* found = status.find(type);
        return found != nullptr ? found->message : "";
    }

    std::size_t warnings() const {
        std::size_t count = 0;
        for (const json& event : world.cluster.all(kEvent)) {
            count += event["type"] == "Warning" && event["involvedObject"]["kind"] == "CrmInstance" ? 1 : 0;
        }
        return count;
    }
};

json cannot_pull() {
    return {
        {"phase", "Pending"},
        {"containerStatuses",
         json::array(
             {{{"name", "server"},
               {"image", "crm-server:0.1.0"},
               {"state", {{"waiting", {{"reason", "ErrImagePull"}, {"message", "registry says no"}}}}}}})}};
}

json unscheduled() {
    return {{"phase", "Pending"},
            {"conditions", json::array({{{"type", "PodScheduled"},
                                         {"status", "False"},
                                         {"reason", "Unschedulable"},
                                         {"message", "0/1 nodes are available: 1 Insufficient cpu."}}})}};
}

TEST_F(ReconcilerOfCauses, NamesTheCauseInsteadOfThePhaseAndForgetsItWithTheCause) {
    create();
    put_server_pod(cannot_pull());
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ImagePullFailed");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "False ImagePullFailed");
    EXPECT_EQ(world.condition_of("acme", condition::kStalled), "True ImagePullFailed");
    EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "False ImagePullFailed");
    EXPECT_EQ(world.status_of("acme").find(condition::kReconciling), nullptr);
    EXPECT_THAT(message(condition::kReady), HasSubstr("registry says no"));
    EXPECT_THAT(message(condition::kReady), HasSubstr("container server of Pod acme-server-1"));
    EXPECT_EQ(warnings(), 1U);

    world.cluster.erase(kPod, {"tenants", "acme-server-1"});
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(world.status_of("acme").find(condition::kStalled), nullptr);
    EXPECT_EQ(world.status_of("acme").find(condition::kReconciling), nullptr);
    EXPECT_EQ(warnings(), 1U);
}

TEST_F(ReconcilerOfCauses, WaitsABitWithWhatMayPass) {
    create();
    put_server_pod(unscheduled());
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseNotReady");
    EXPECT_EQ(world.condition_of("acme", condition::kReconciling), "True Provisioning");
    world.settle_after(std::chrono::minutes(1));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False Unschedulable");
    EXPECT_THAT(message(condition::kStalled), HasSubstr("Insufficient cpu"));
}

TEST_F(ReconcilerOfCauses, IsQuietWhileTheCauseLasts) {
    create();
    put_server_pod(cannot_pull());
    world.settle_after(std::chrono::minutes(5));
    world.cluster.forget_calls();
    for (int i = 0; i < 5; ++i) {
        json status = cannot_pull();
        status["containerStatuses"][0]["restartCount"] = i;
        put_server_pod(status);
        world.settle_after(std::chrono::minutes(5));
    }
    EXPECT_THAT(world.cluster.writes(), testing::IsEmpty());
}

TEST_F(ReconcilerOfCauses, ReadsTheEventsOfWhatDoesNotTellItself) {
    create();
    const std::string uid = kube::uid_of(world.get(kStatefulSet, "acme-database"));
    const auto tell = [&](const char* message, int count) {
        world.cluster.put(
            kEvent,
            {{"apiVersion", "v1"},
             {"kind", "Event"},
             {"metadata", {{"name", "acme-database.1"}, {"namespace", "tenants"}}},
             {"involvedObject", {{"kind", "StatefulSet"}, {"name", "acme-database"}, {"uid", uid}}},
             {"type", "Warning"},
             {"reason", "FailedCreate"},
             {"count", count},
             {"message", message}},
            "statefulset-controller");
        world.settle();
    };
    tell("create Pod failed: pods \"acme-database-0\" is forbidden: exceeded quota: team, requested: pods=1",
         1);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False QuotaExceeded");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False QuotaExceeded");
    EXPECT_THAT(message(condition::kReady), HasSubstr("ResourceQuota team"));
    world.cluster.forget_calls();
    tell("create Pod failed: pods \"acme-database-0\" is forbidden: exceeded quota: team, requested: pods=1",
         2);
    EXPECT_THAT(world.cluster.writes(), testing::IsEmpty());

    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

}  // namespace
}  // namespace crm
