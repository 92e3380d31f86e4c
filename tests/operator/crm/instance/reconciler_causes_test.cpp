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

constexpr const char* kOverQuota =
    "create Pod failed: pods \"acme-database-0\" is forbidden: exceeded quota: team, requested: pods=1";

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

    /// A Warning Event about an object; the same one when it is told again.
    void tell_of(const kube::Kind& kind, const std::string& name, const char* reason, const char* message,
                 const json& more = json::object()) {
        json event = {{"apiVersion", "v1"},
                      {"kind", "Event"},
                      {"metadata", {{"name", name + "." + reason}, {"namespace", "tenants"}}},
                      {"involvedObject",
                       {{"kind", kind.kind}, {"name", name}, {"uid", kube::uid_of(world.get(kind, name))}}},
                      {"type", "Warning"},
                      {"reason", reason},
                      {"message", message}};
        event.update(more);
        world.cluster.put(kEvent, event, "kube-controller-manager");
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
    tell_of(kStatefulSet, "acme-database", "FailedCreate", kOverQuota, {{"count", 1}});
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False QuotaExceeded");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False QuotaExceeded");
    EXPECT_THAT(message(condition::kReady), HasSubstr("ResourceQuota team"));
    world.cluster.forget_calls();
    tell_of(kStatefulSet, "acme-database", "FailedCreate", kOverQuota, {{"count", 2}});
    EXPECT_THAT(world.cluster.writes(), testing::IsEmpty());

    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerOfCauses, BelievesNoEventFromBeforeTheDatabaseServed) {
    create();
    tell_of(kStatefulSet, "acme-database", "FailedCreate", kOverQuota,
            {{"lastTimestamp", "2029-12-31T23:30:00Z"}});
    world.start_pods("acme");
    world.cluster.edit(kStatefulSet, {"tenants", "acme-database"},
                       [](json& workload) { workload["status"]["readyReplicas"] = 0; });
    world.cluster.erase(kPod, {"tenants", "acme-database-0"});
    world.settle();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseNotReady");
    world.reconcile("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseNotReady");
    tell_of(kStatefulSet, "acme-database", "FailedCreate", kOverQuota,
            {{"lastTimestamp", "2030-01-01T00:00:13Z"}});
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False QuotaExceeded");
}

TEST_F(ReconcilerOfCauses, AsksNoEventWhyPodsAreMissingThatIsNotAboutTheirCreation) {
    create();
    tell_of(kStatefulSet, "acme-database", "RecreatingFailedPod", "acme-database-0 is being recreated");
    world.settle_after(std::chrono::seconds(20));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseNotReady");
}

TEST_F(ReconcilerOfCauses, ReadsTheEventsOfAPodThatWaitsForItsVolume) {
    create();
    world.strand_database("acme");
    const auto set_state = [&](const json& state) {
        world.cluster.edit(kPod, {"tenants", "acme-database-0"}, [&](json& pod) {
            pod["status"] = {{"phase", "Pending"},
                             {"containerStatuses", {{{"name", "postgres"}, {"state", state}}}}};
        });
    };
    set_state({{"waiting", {{"reason", "ContainerCreating"}}}});
    tell_of(kPod, "acme-database-0", "FailedAttachVolume", "Multi-Attach error for volume \"pv-1\"");
    tell_of(kPod, "acme-database-0", "BackOff", "something else");
    world.settle_after(std::chrono::minutes(1));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False VolumeNotAttached");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False VolumeNotAttached");
    EXPECT_THAT(message(condition::kReady), HasSubstr("Multi-Attach error"));
    set_state({{"running", json::object()}});
    world.settle();
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False DatabaseNotReady");
}

TEST_F(ReconcilerOfCauses, BelievesAnEventAboutAClaimOnlyWhileThatWaitsForItsVolume) {
    create();
    world.make_claim("acme", "tenants");
    const auto set_phase = [&](const char* phase) {
        world.cluster.edit(kPersistentVolumeClaim, {"tenants", "data-acme-database-0"}, [&](json& claim) {
            claim["spec"]["storageClassName"] = "fast";
            claim["status"]["phase"] = phase;
        });
        world.settle();
    };
    set_phase("Pending");
    tell_of(kPersistentVolumeClaim, "data-acme-database-0", "ProvisioningFailed",
            R"(storageclass.storage.k8s.io "fast" not found)");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False StorageClassUnknown");
    set_phase("Bound");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "False DatabaseNotReady");
}

}  // namespace
}  // namespace crm
