// Objects that policies, other controllers and persons make something else of.
#include "operator/crm/api/names.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"
#include "tests/support/api_validation.h"

#include <algorithm>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using std::chrono::minutes;
using support::Call;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ReconcilerRestoration : public WorldTest {
  protected:
    void SetUp() override { world.cluster.set_validation(support::invalid_write); }

    void serve() {
        create();
        world.start_pods("acme");
        ASSERT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    }

    void edit(const kube::Kind& kind, const std::string& name, const std::function<void(json&)>& change,
              std::string_view manager = "kubectl-edit") {
        world.cluster.edit(kind, {"tenants", name}, change, manager);
    }

    json container(const std::string& name) const {
        const json server = world.get(kDeployment, "acme-server");
        for (const json& item : server["spec"]["template"]["spec"]["containers"]) {
            if (item["name"] == name) {
                return item;
            }
        }
        return nullptr;
    }
};

/// Has images come from another registry.
std::optional<Error> mirror_images(const kube::Kind& kind, json& object) {
    if (kind == kDeployment) {
        for (json& container : object["spec"]["template"]["spec"]["containers"]) {
            const auto image = container["image"].get<std::string>();
            if (!image.starts_with("mirror.example.com/")) {
                container["image"] = "mirror.example.com/" + image;
            }
        }
    }
    return std::nullopt;
}

TEST_F(ReconcilerRestoration, IsContentWithWhatAPolicyMakesOfAnObject) {
    world.cluster.set_admission(mirror_images);
    serve();
    EXPECT_EQ(container("server")["image"], "mirror.example.com/crm-operator.dev/crm-server:0.1.0");
    EXPECT_EQ(world.status_of("acme").running_version, "0.1.0");
    world.cluster.forget_calls();
    ASSERT_TRUE(world.reconcile("acme"));
    world.settle_after(minutes(60));
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(ReconcilerRestoration, GivesNothingBackToAnInstanceThatWasDeletedWithoutIt) {
    world.create(instance_manifest("acme", "tenants", json::object({{"deletionPolicy", "Delete"}})));
    world.settle();
    world.start_pods("acme");
    const std::string claim = database_claim_name("acme");
    const auto is_owned = [&](const kube::Kind& kind, const std::string& name) {
        return !world.get(kind, name)["metadata"].value("ownerReferences", json::array()).empty();
    };
    ASSERT_TRUE(is_owned(kPersistentVolumeClaim, claim));
    world.cluster.set_fault([](const Call& call, support::Moment) {
        return call.verb == support::Verb::watch && call.kind == kCrmInstance.kind
                   ? std::optional(Error{ErrorKind::unavailable, "late"})
                   : std::nullopt;
    });
    world.cluster.erase(kCrmInstance, {"tenants", "acme"}, kube::Dependents::orphan);
    world.cluster.collect_garbage();
    ASSERT_FALSE(is_owned(kPersistentVolumeClaim, claim));
    world.settle_after(minutes(1));
    EXPECT_FALSE(is_owned(kPersistentVolumeClaim, claim));
    EXPECT_FALSE(is_owned(kSecret, "acme-database"));
    EXPECT_FALSE(is_owned(kJob, migration_name("acme", "crm-operator.dev/crm-server:0.1.0")));
    EXPECT_FALSE(is_owned(kStatefulSet, "acme-database"));
}

TEST_F(ReconcilerRestoration, AppliesWhatAPolicyChangedOnceAfterAStart) {
    world.cluster.set_admission(mirror_images);
    serve();
    world.cluster.forget_calls();
    world.restart();
    world.settle();
    world.settle_after(minutes(60));
    EXPECT_THAT(world.cluster.writes(), SizeIs(1));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerRestoration, PutsRightWhatSomebodyChangesOfWhatAPolicyMade) {
    world.cluster.set_admission(mirror_images);
    serve();
    edit(kDeployment, "acme-server", [](json& object) {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = "mirror.example.com/evil:1";
    });
    world.settle();
    EXPECT_EQ(container("server")["image"], "mirror.example.com/crm-operator.dev/crm-server:0.1.0");
}

TEST_F(ReconcilerRestoration, FindsTheServerWhateverStandsBesideIt) {
    serve();
    edit(kDeployment, "acme-server", [](json& object) {
        json& containers = object["spec"]["template"]["spec"]["containers"];
        containers.insert(containers.begin(), json::object({{"name", "mesh"}, {"image", "mesh:7"}}));
    });
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(world.status_of("acme").running_version, "0.1.0");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");

    world.create(new_spec({{"version", "0.2.0"}}));
    world.settle();
    EXPECT_EQ(container("server")["image"], "crm-operator.dev/crm-server:0.1.0");
    world.start_pods("acme");
    EXPECT_EQ(container("server")["image"], "crm-operator.dev/crm-server:0.2.0");
    EXPECT_EQ(container("mesh")["image"], "mesh:7");
    EXPECT_EQ(world.status_of("acme").running_version, "0.2.0");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerRestoration, ChangesTheRestOfAStatefulSetWhoseClaimTemplateAPolicyChanged) {
    world.cluster.set_admission([](const kube::Kind& kind, json& object) -> std::optional<Error> {
        if (kind == kStatefulSet && !object["metadata"].contains("generation")) {
            object["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "standard";
        }
        return std::nullopt;
    });
    serve();
    world.create(new_spec({{"size", "large"}}));
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    const json spec = world.get(kStatefulSet, "acme-database")["spec"];
    EXPECT_EQ(spec["volumeClaimTemplates"][0]["spec"]["storageClassName"], "standard");
    EXPECT_EQ(spec["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"], "16Gi");

    world.cluster.forget_calls();
    world.restart();
    world.settle();
    world.settle_after(minutes(60));
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(ReconcilerRestoration, PutsBackThePortOfAService) {
    serve();
    const json before = world.get(kService, "acme-database")["spec"];
    edit(kService, "acme-database", [](json& object) { object["spec"]["ports"][0]["port"] = 5433; });
    world.settle();
    EXPECT_EQ(world.get(kService, "acme-database")["spec"], before);
    // Nothing is left that would keep a port from being dropped one day.
    const json entries = world.get(kService, "acme-database")["metadata"]["managedFields"];
    EXPECT_TRUE(std::ranges::none_of(entries, [](const json& entry) {
        return entry["manager"] == "crm-operator" && entry["operation"] == "Update";
    })) << entries;
}

TEST_F(ReconcilerRestoration, KeepsThePortThatSomebodyAddedToAService) {
    serve();
    edit(kService, "acme-database", [](json& object) {
        object["spec"]["ports"][0]["port"] = 5433;
        object["spec"]["ports"].push_back(
            json::parse(R"({"name": "metrics", "port": 9187, "protocol": "TCP"})"));
    });
    world.settle();
    const json ports = world.get(kService, "acme-database")["spec"]["ports"];
    ASSERT_THAT(ports, SizeIs(2));
    EXPECT_EQ(ports[0]["port"], 5432);
    EXPECT_EQ(ports[1]["port"], 9187);
}

TEST_F(ReconcilerRestoration, TakesBackWhatAnotherControllerTookOver) {
    serve();
    const json before = world.get(kDeployment, "acme-server")["metadata"]["ownerReferences"];
    edit(kDeployment, "acme-server", [](json& object) {
        object["metadata"]["ownerReferences"] = json::parse(
            R"([{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "other", "controller": true}])");
    });
    world.settle();
    EXPECT_EQ(world.get(kDeployment, "acme-server")["metadata"]["ownerReferences"], before);
}

/// Every 20 seconds for some time; returns how often the operator put it right.
class Rival {
  public:
    Rival(World& world, std::function<void()> act) : world_(world), act_(std::move(act)) {}

    std::ptrdiff_t fight(minutes time) {
        world_.cluster.forget_calls();
        for (int i = 0; i < time / std::chrono::seconds(20); ++i) {
            act_();
            world_.settle();
            world_.settle_after(std::chrono::seconds(20));
        }
        return std::ranges::count_if(world_.cluster.writes(), [](const Call& call) {
            return call.kind == kDeployment.kind && call.changed;
        });
    }

  private:
    World& world_;
    std::function<void()> act_;
};

TEST_F(ReconcilerRestoration, PutsBackWhatAnotherControllerFightsOverAtAPaceAndNamesIt) {
    serve();
    Rival rival(world, [this] {
        edit(
            kDeployment, "acme-server", [](json& object) { object["spec"]["replicas"] = 0; }, "night-scaler");
    });
    const auto writes = rival.fight(minutes(30));
    EXPECT_GE(writes, 6);
    EXPECT_LE(writes, 9);
    const Status status = world.status_of("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False FieldsContested");
    EXPECT_THAT(status.find(condition::kReady)->message,
                testing::AllOf(HasSubstr("night-scaler"), HasSubstr("Deployment acme-server"),
                               HasSubstr(".spec.replicas")));
    EXPECT_TRUE(std::ranges::any_of(world.cluster.all(kEvent), [](const json& event) {
        return event["reason"] == "FieldsContested" && event["type"] == "Warning";
    }));

    // Once it stops, so does the trouble.
    world.settle_after(minutes(15));
    world.settle_after(minutes(15));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(world.get(kDeployment, "acme-server")["spec"]["replicas"], 1);
}

TEST_F(ReconcilerRestoration, DoesWhatAPersonAsksForInTheMiddleOfAFight) {
    serve();
    Rival rival(world, [this] {
        edit(
            kDeployment, "acme-server", [](json& object) { object["spec"]["replicas"] = 0; }, "night-scaler");
    });
    rival.fight(minutes(5));
    world.create(new_spec({{"replicas", 3}}));
    world.settle();
    EXPECT_EQ(world.get(kDeployment, "acme-server")["spec"]["replicas"], 3);
}

TEST_F(ReconcilerRestoration, MakesAgainAtAPaceWhatSomebodyDeletesAgainAndAgain) {
    serve();
    Rival rival(world, [this] {
        if (world.cluster.get(kDeployment, {"tenants", "acme-server"})) {
            world.cluster.erase(kDeployment, {"tenants", "acme-server"});
        }
    });
    EXPECT_LE(rival.fight(minutes(30)), 9);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DeletedAgain");
    world.settle_after(minutes(15));
    world.settle_after(minutes(15));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

}  // namespace
}  // namespace crm
