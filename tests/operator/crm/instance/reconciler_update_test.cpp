// Changes that come from the operator itself: few instances are disrupted at once, and the next waits until
// those before are well.
#include "operator/crm/api/names.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::ElementsAre;
using testing::IsEmpty;

const std::array<std::string, 3> kNames{"a", "b", "c"};

Settings with_image(const std::string& image) {
    Settings settings = kSettings;
    settings.postgres_image = image;
    return settings;
}

Settings with_version(const std::string& version) {
    Settings settings = kSettings;
    settings.version = version;
    return settings;
}

class ReconcilerUpdate : public WorldTest {
  protected:
    void SetUp() override {
        for (const std::string& name : kNames) {
            world.create(instance_manifest(name));
            world.settle();
            world.start_pods(name);
        }
    }

    bool has_database(const std::string& name) const {
        return world.cluster.get(kPod, {"tenants", database_pod_name(name)}).has_value();
    }

    std::vector<std::string> down() const {
        std::vector<std::string> result;
        for (const std::string& name : kNames) {
            if (!has_database(name)) {
                result.push_back(name);
            }
        }
        return result;
    }

    /// The template has reached the controllers of Kubernetes; settles.
    void arrive() {
        for (const std::string& name : kNames) {
            world.show_template(name);
        }
        world.settle();
    }
};

TEST_F(ReconcilerUpdate, TakesOneDatabaseAfterTheOtherToAnotherImage) {
    world.restart(with_image("images.example/postgres:2"));
    for (const std::string& name : kNames) {
        world.settle();
        arrive();
        EXPECT_THAT(down(), ElementsAre(name));
        world.start_pods(name);
        EXPECT_EQ(world.condition_of(name, condition::kReady), "True Serving");
    }
    arrive();
    EXPECT_THAT(down(), IsEmpty());
    for (const std::string& name : kNames) {
        EXPECT_EQ(world.condition_of(name, condition::kProgressing), "False Complete");
        EXPECT_EQ(world.status_of(name).update, Update::none);
    }
    world.cluster.forget_calls();
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(ReconcilerUpdate, LetsAChangedSecretWaitForNobody) {
    const auto server = [&] { return world.get(kDeployment, "c-server")["spec"]["template"]; };
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    arrive();
    ASSERT_THAT(down(), ElementsAre("a"));
    ASSERT_EQ(world.status_of("c").update, Update::waiting);
    const json before = server();
    world.cluster.edit(kSecret, {"tenants", "c-admin"},
                       [](json& secret) { secret["data"]["password"] = "b3RoZXI="; });
    world.settle();
    EXPECT_NE(server(), before);
    EXPECT_EQ(world.status_of("c").update, Update::none);
    arrive();
    EXPECT_THAT(down(), ElementsAre("a", "c")) << "its new image came with it";
    EXPECT_EQ(world.condition_of("b", condition::kProgressing), "True UpdatePending");
}

TEST_F(ReconcilerUpdate, LetsASecretThatIsLostWaitForNobody) {
    world.cluster.edit(kSecret, {"tenants", "a-admin"},
                       [](json& secret) { secret["data"]["password"] = "YQ=="; });
    world.settle();  // a rolls, and is not well
    ASSERT_FALSE(world.condition_of("a", condition::kReady) == "True Serving");
    const json before = world.get(kDeployment, "b-server")["spec"]["template"];
    world.cluster.erase(kSecret, {"tenants", "b-admin"});
    world.settle();
    EXPECT_NE(world.get(kDeployment, "b-server")["spec"]["template"], before);
    EXPECT_EQ(world.status_of("b").update, Update::none);
}

TEST_F(ReconcilerUpdate, SaysThatAnInstanceWaitsForItsTurnAndIsReadyMeanwhile) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    for (const std::string name : {"b", "c"}) {
        EXPECT_EQ(world.condition_of(name, condition::kReady), "True Serving");
        EXPECT_EQ(world.condition_of(name, condition::kProgressing), "True UpdatePending");
    }
}

TEST_F(ReconcilerUpdate, WaitsForTheInstanceThatAnEarlierOperatorHadBegunWith) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    arrive();
    world.restart(with_image("images.example/postgres:2"));
    arrive();
    EXPECT_THAT(down(), ElementsAre("a"));
    world.start_pods("a");
    arrive();
    EXPECT_THAT(down(), ElementsAre("b"));
}

TEST_F(ReconcilerUpdate, GoesOnWithTheNextWhenTheOneBeforeIsDeleted) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    world.cluster.erase(kCrmInstance, {"tenants", "a"});
    world.settle();
    EXPECT_EQ(world.status_of("b").update, Update::running);
}

TEST_F(ReconcilerUpdate, LetsWhatAPersonAsksForOvertake) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    world.create(instance_manifest("c", "tenants", {{"size", "medium"}}));
    world.settle();
    EXPECT_EQ(world.status_of("c").update, Update::none);
    arrive();
    EXPECT_THAT(down(), ElementsAre("a", "c"));
}

TEST_F(ReconcilerUpdate, DoesNotLetAnInstanceWaitThatIsNotWell) {
    world.cluster.edit(kDeployment, {"tenants", server_name("c")},
                       [](json& object) { object["status"]["availableReplicas"] = 0; });
    world.settle();
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    EXPECT_EQ(world.status_of("c").update, Update::none);
    EXPECT_EQ(
        world.get(kStatefulSet, database_name("c"))["spec"]["template"]["spec"]["containers"][0]["image"],
        "images.example/postgres:2");
}

TEST_F(ReconcilerUpdate, MigratesOneAfterTheOtherWhenTheOperatorBringsAnotherVersion) {
    world.restart(with_version("0.2.0"));
    for (const std::string& name : kNames) {
        world.settle();
        std::vector<std::string> migrated;
        for (const json& job : world.cluster.all(kJob)) {
            if (kube::key_of(job).name == migration_name(name, "crm-operator.dev/crm-server:0.2.0")) {
                migrated.push_back(name);
            }
        }
        EXPECT_THAT(migrated, ElementsAre(name));
        EXPECT_EQ(world.status_of("c").running_version, "0.1.0");
        EXPECT_EQ(world.condition_of("c", condition::kReady),
                  name == "c" ? "False MigrationRunning" : "True Serving");
        world.start_pods(name);
        EXPECT_EQ(world.status_of(name).running_version, "0.2.0");
    }
}

TEST_F(ReconcilerUpdate, PutsBackAChangeByHandWithoutWaiting) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    world.cluster.edit(kService, {"tenants", server_name("c")},
                       [](json& object) { object["spec"]["selector"] = json::object({{"app", "x"}}); });
    world.settle();
    EXPECT_EQ(world.get(kService, server_name("c"))["spec"]["selector"]["crm-operator.dev/instance"], "c");
}

TEST_F(ReconcilerUpdate, LetsAnInstanceWaitThatRunsThoughItIsNotReady) {
    world.cluster.set_fault([](const support::Call& call, support::Moment moment) -> std::optional<Error> {
        const bool refused = call.kind == kService.kind && call.writes() && moment == support::Moment::before;
        return refused ? std::optional(Error{ErrorKind::forbidden, "denied by a policy"}) : std::nullopt;
    });
    for (const std::string& name : kNames) {
        world.cluster.edit(kService, {"tenants", server_name(name)},
                           [](json& object) { object["spec"]["selector"] = json::object({{"app", "x"}}); });
    }
    world.settle();
    ASSERT_EQ(world.condition_of("c", condition::kReady).substr(0, 5), "False");
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    arrive();
    world.settle_after(std::chrono::minutes(1));
    EXPECT_THAT(down(), ElementsAre("a"));
    world.start_pods("a");
    world.settle_after(std::chrono::minutes(1));
    arrive();
    world.settle_after(std::chrono::minutes(1));
    EXPECT_THAT(down(), ElementsAre("b")) << "what is in the way of Ready does not keep the others waiting";
}

TEST_F(ReconcilerUpdate, PutsRightWhatDoesNotRunWhileItWaits) {
    world.restart(with_image("images.example/postgres:2"));
    world.settle();
    ASSERT_EQ(world.status_of("c").update, Update::waiting);
    world.cluster.edit(kDeployment, {"tenants", server_name("c")}, [](json& object) {
        object["spec"]["replicas"] = 0;
        object["status"] = json::object({{"observedGeneration", object["metadata"]["generation"]}});
    });
    world.settle();
    EXPECT_EQ(world.get(kDeployment, server_name("c"))["spec"]["replicas"], 1);
    EXPECT_EQ(world.condition_of("c", condition::kReady).substr(0, 5), "False");
}

TEST_F(ReconcilerUpdate, RestartsADatabaseForKubectlRolloutRestart) {
    world.cluster.edit(kStatefulSet, {"tenants", database_name("a")}, [](json& object) {
        object["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] =
            "2026-01-01T00:00:00Z";
    });
    arrive();
    EXPECT_THAT(down(), ElementsAre("a"));
    world.start_pods("a");
    arrive();
    EXPECT_THAT(down(), IsEmpty());
}

TEST_F(ReconcilerUpdate, NeverRestartsADatabaseWhoseVolumeIsBeingDeleted) {
    world.cluster.edit(kPersistentVolumeClaim, {"tenants", database_claim_name("a")}, [](json& object) {
        object["metadata"]["finalizers"] = json::array({"kubernetes.io/pvc-protection"});
        object["spec"]["volumeName"] = "pv-1";
        object["status"] = json::object({{"phase", "Bound"}});
    });
    world.cluster.erase(kPersistentVolumeClaim, {"tenants", database_claim_name("a")});
    world.create(instance_manifest("a", "tenants", {{"size", "medium"}}));
    world.settle();
    arrive();
    EXPECT_THAT(down(), IsEmpty());
    world.settle_after(std::chrono::seconds(20));
    EXPECT_EQ(world.condition_of("a", condition::kReady), "False VolumeTerminating");
}

TEST_F(ReconcilerUpdate, RestartsADatabaseWhoseTemplateDiffersInWhatMatters) {
    world.create(instance_manifest("a", "tenants", {{"size", "medium"}}));
    world.settle();
    EXPECT_THAT(down(), IsEmpty()) << "the template has not reached the controller yet";
    arrive();
    EXPECT_THAT(down(), ElementsAre("a"));
    EXPECT_EQ(world.condition_of("a", condition::kReady), "False RollingOut");
    world.start_pods("a");
    EXPECT_EQ(world.condition_of("a", condition::kReady), "True Serving");
}

}  // namespace
}  // namespace crm
