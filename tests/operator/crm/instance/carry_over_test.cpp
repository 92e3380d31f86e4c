// An instance that 0.1.0 made, as it recorded its objects, is taken over in place.
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using testing::IsEmpty;

constexpr const char* kRecorded = SOURCE_DIR "/tests/operator/recorded/objects-0.1.0.json";

json former(Component component) {
    json result = former_labels("acme", component);
    result[std::string(kInstanceLabel)] = "acme";
    return result;
}

json owned_by(const char* kind, const std::string& name, const std::string& uid) {
    return json::array({json::object(
        {{"apiVersion", "apps/v1"}, {"kind", kind}, {"name", name}, {"uid", uid}, {"controller", true}})});
}

class CarryOver : public WorldTest {
  protected:
    void SetUp() override {
        const json instance = world.cluster.put(kCrmInstance, instance_manifest());
        std::ifstream file(kRecorded);
        std::string text{std::istreambuf_iterator<char>(file), {}};
        const std::string recorded_uid = "0c9f6b1e-0000-4000-8000-000000000001";
        for (auto at = text.find(recorded_uid); at != std::string::npos; at = text.find(recorded_uid)) {
            text.replace(at, recorded_uid.size(), kube::uid_of(instance));
        }
        for (const json& object : json::parse(text)) {
            make(object);
        }
        make_what_kubernetes_makes();
        report_ready(instance);
    }

    json database_pod() const { return world.get(kPod, "acme-database-0"); }

    /// What the controllers of Kubernetes do when their objects are replaced.
    void take_over() {
        world.cluster.collect_garbage();
        world.settle();
        world.start_pods("acme");
    }

  private:
    void make(const json& object) {
        for (const kube::Kind& kind : owned_kinds()) {
            if (object["kind"] != kind.kind) {
                continue;
            }
            if (kind == kSecret || kind == kJob || kind == kServiceAccount) {
                ASSERT_TRUE(world.cluster.create(kind, object, {}, {}));
            } else {
                world.cluster.put(
                    kind, object,
                    kind == kPersistentVolumeClaim ? "kube-controller-manager" : "crm-operator");
            }
        }
    }

    void make_pod(const std::string& name, Component component, const json& owners, const char* hash) {
        json labels = former(component);
        labels[hash] = "1";
        world.cluster.put(kPod,
                          json::object({{"apiVersion", "v1"},
                                        {"kind", "Pod"},
                                        {"metadata", json::object({{"name", name},
                                                                   {"namespace", "tenants"},
                                                                   {"labels", labels},
                                                                   {"ownerReferences", owners}})}}),
                          "kube-controller-manager");
        world.cluster.edit(kPod, {"tenants", name}, [](json& pod) {
            pod["status"] = json::object(
                {{"phase", "Running"},
                 {"conditions", json::array({json::object({{"type", "Ready"}, {"status", "True"}})})}});
        });
    }

    void make_history(const kube::Kind& kind, const std::string& name, Component component,
                      const json& owners) {
        world.cluster.put(kind,
                          json::object({{"apiVersion", "apps/v1"},
                                        {"kind", kind.kind},
                                        {"metadata", json::object({{"name", name},
                                                                   {"namespace", "tenants"},
                                                                   {"labels", former(component)},
                                                                   {"ownerReferences", owners}})}}),
                          "kube-controller-manager");
    }

    void make_what_kubernetes_makes() {
        const json database =
            owned_by("StatefulSet", "acme-database", kube::uid_of(world.get(kStatefulSet, "acme-database")));
        make_history(kControllerRevision, "acme-database-1", Component::database, database);
        make_pod("acme-database-0", Component::database, database, "controller-revision-hash");
        make_history(
            kReplicaSet, "acme-server-1", Component::server,
            owned_by("Deployment", "acme-server", kube::uid_of(world.get(kDeployment, "acme-server"))));
        make_pod(
            "acme-server-1-x", Component::server,
            owned_by("ReplicaSet", "acme-server-1", kube::uid_of(world.get(kReplicaSet, "acme-server-1"))),
            "pod-template-hash");
        for (const auto& [kind, name] :
             {std::pair(kStatefulSet, "acme-database"), std::pair(kDeployment, "acme-server")}) {
            world.cluster.edit(kind, {"tenants", name}, [](json& object) {
                object["status"] = json::object({{"observedGeneration", object["metadata"]["generation"]},
                                                 {"replicas", 1},
                                                 {"updatedReplicas", 1},
                                                 {"readyReplicas", 1},
                                                 {"availableReplicas", 1},
                                                 {"updateRevision", "1"}});
            });
        }
        for (const json& job : world.cluster.all(kJob)) {
            world.finish_migration(kube::key_of(job), "Complete");
        }
    }

    void report_ready(const json& instance) {
        Status status{
            .observed_generation = 1,
            .conditions = {{.type = "Ready",
                            .status = Truth::yes,
                            .reason = "Serving",
                            .message = "The CRM serves",
                            .observed_generation = 1,
                            .last_transition_time = "2030-01-01T00:00:00Z"}},
            .running_version = "0.1.0",
            .target_version = "0.1.0",
            .schema = {"0.1.0", kube::uid_of(world.get(kPersistentVolumeClaim, "data-acme-database-0"))}};
        world.cluster.edit(kCrmInstance, kube::key_of(instance),
                           [&](json& object) { object["status"] = encode(status); });
    }
};

TEST_F(CarryOver, LeavesTheDatabaseRunning) {
    const std::string pod = kube::uid_of(database_pod());
    const std::string workload = kube::uid_of(world.get(kStatefulSet, "acme-database"));
    world.settle();
    take_over();
    EXPECT_EQ(kube::uid_of(database_pod()), pod);
    EXPECT_NE(kube::uid_of(world.get(kStatefulSet, "acme-database")), workload);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "False Complete");
    EXPECT_EQ(world.status_of("acme").update, Update::none);

    world.cluster.forget_calls();
    world.restart();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(CarryOver, LabelsThePodsBeforeServicesGoByTheLabels) {
    world.settle();
    const auto writes = world.cluster.writes();
    const auto first = [&](const kube::Kind& kind) {
        return std::ranges::find_if(writes, [&](const Call& call) { return call.kind == kind.kind; });
    };
    ASSERT_NE(first(kService), writes.end());
    EXPECT_LT(first(kPod), first(kService));
    for (const auto& [name, component] : {std::pair("acme-database-0", Component::database),
                                          std::pair("acme-server-1-x", Component::server)}) {
        const json labels = world.get(kPod, name)["metadata"]["labels"];
        const json wanted = selector_labels("acme", component);
        for (const auto& [key, value] : wanted.items()) {
            EXPECT_EQ(labels.value(key, ""), value.get<std::string>()) << name;
        }
        EXPECT_EQ(labels.value("app.kubernetes.io/instance", ""), "acme")
            << "the workload of before knows it by that";
    }
}

TEST_F(CarryOver, HandsOverWhatKeepsEarlierTemplates) {
    world.settle();
    take_over();
    for (const auto& [kind, name, component] :
         {std::tuple(kReplicaSet, "acme-server-1", Component::server),
          std::tuple(kControllerRevision, "acme-database-1", Component::database)}) {
        const json metadata = world.get(kind, name)["metadata"];
        EXPECT_FALSE(metadata.contains("ownerReferences")) << name;
        EXPECT_EQ(metadata["labels"].value(kComponentLabel, ""), name_of(component));
    }
}

TEST_F(CarryOver, TakesFromWhatIsKeptTheLabelsThatOtherToolsTakeForTheirs) {
    const json password = world.get(kSecret, "acme-database")["data"];
    world.settle();
    take_over();
    for (const auto& [kind, name] : {std::pair(kSecret, "acme-database"), std::pair(kSecret, "acme-admin"),
                                     std::pair(kPersistentVolumeClaim, "data-acme-database-0")}) {
        const json metadata = world.get(kind, name)["metadata"];
        for (const auto& [key, value] : metadata["labels"].items()) {
            EXPECT_TRUE(key.starts_with("crm-operator.dev/")) << name << " " << key;
        }
        EXPECT_EQ(metadata["annotations"]["helm.sh/resource-policy"], "keep") << name;
    }
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], password);
}

TEST_F(CarryOver, RestartsADatabaseThatRunsAnotherImage) {
    Settings settings = kSettings;
    settings.postgres_image = "images.example/postgres:2";
    const std::string pod = kube::uid_of(database_pod());
    world.restart(settings);
    world.settle();
    take_over();
    EXPECT_NE(kube::uid_of(database_pod()), pod);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(CarryOver, EndsInTheSameWorldWhenTheOperatorIsKilledAtAnyWrite) {
    const std::string pod = kube::uid_of(database_pod());
    for (int round = 0; round < 40; ++round) {
        int writes = 0;
        world.cluster.set_fault([&](const Call& call, support::Moment moment) -> std::optional<Error> {
            if (moment == support::Moment::after && call.writes() && ++writes == 1) {
                return Error{ErrorKind::unavailable, "the answer is lost"};
            }
            return std::nullopt;
        });
        world.restart();
        world.settle();
        world.cluster.collect_garbage();
    }
    world.cluster.set_fault({});
    world.restart();
    world.settle();
    take_over();
    EXPECT_EQ(kube::uid_of(database_pod()), pod);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

}  // namespace
}  // namespace crm
