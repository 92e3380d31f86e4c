#include "operator/crm/reconciler.h"

#include "operator/crm/desired_state.h"
#include "operator/crm/labels.h"
#include "operator/crm/names.h"
#include "tests/operator/crm/world.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using support::Moment;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kOwned = 9;

std::string image_of(const json& deployment) {
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"];
}

json new_spec(const json& changes) {
    return instance_manifest("acme", "tenants", changes);
}

kube::Kind kind_of(const json& object) {
    for (const kube::Kind& kind : owned_kinds()) {
        if (object["kind"] == kind.kind) {
            return kind;
        }
    }
    throw std::out_of_range("no owned kind");
}

/// Whether anything of an instance exists.
bool empty(const World& world) {
    return world.objects().empty();
}

class Reconciler : public testing::Test {
  protected:
    void create() {
        world.create(instance_manifest());
        world.settle();
    }

    World world;
};

TEST_F(Reconciler, CreatesEverythingInOnePassWithElevenWrites) {
    create();
    EXPECT_THAT(world.objects(), SizeIs(kOwned));
    EXPECT_THAT(world.cluster.writes(), SizeIs(kOwned + 2));  // the status and one Event
    EXPECT_TRUE(std::ranges::all_of(world.cluster.writes(), [](const Call& call) { return call.changed; }));
}

TEST_F(Reconciler, BecomesReadyWhenThePodsAre) {
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseNotReady");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "True Provisioning");
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "False Complete");
    EXPECT_EQ(world.status_of("acme").running_version, "0.1.0");
    EXPECT_EQ(world.status_of("acme").ready_replicas, 1);
}

TEST_F(Reconciler, CostsNoRequestWhenNothingChanged) {
    create();
    world.start_pods("acme");
    world.cluster.forget_calls();
    ASSERT_TRUE(world.reconcile("acme"));
    EXPECT_THAT(world.cluster.calls(), IsEmpty());
}

TEST_F(Reconciler, WritesNothingAfterARestart) {
    create();
    world.start_pods("acme");
    world.cluster.forget_calls();
    world.restart();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(Reconciler, PutsBackWhateverIsDeleted) {
    create();
    world.start_pods("acme");
    for (const json& object : world.objects()) {
        const kube::Kind kind = kind_of(object);
        const kube::ObjectKey key = kube::key_of(object);
        world.cluster.erase(kind, key);
        world.settle();
        EXPECT_TRUE(world.cluster.get(kind, key)) << object["kind"] << " " << kube::to_string(key);
        world.start_pods("acme");
    }
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(Reconciler, PutsBackWhateverIsChanged) {
    create();
    world.start_pods("acme");
    const json before = world.objects();
    const struct {
        kube::Kind kind;
        std::string name;
        const char* field;
        json value;
    } table[] = {
        {kDeployment, "acme-server", "/spec/replicas", 7},
        {kDeployment, "acme-server", "/spec/template/spec/containers/0/image", "evil:1"},
        {kDeployment, "acme-server", "/spec/template/spec/containers/0/resources/limits/memory", "9Gi"},
        {kDeployment, "acme-server", "/metadata/labels/app.kubernetes.io~1component", "other"},
        {kStatefulSet, "acme-database", "/spec/template/spec/securityContext/runAsNonRoot", false},
        {kStatefulSet, "acme-database", "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "Delete"},
        {kService, "acme-server", "/spec/selector", json::object({{"app", "other"}})},
        {kServiceAccount, "acme-crm", "/automountServiceAccountToken", true},
        {kSecret, "acme-admin", "/metadata/labels/app.kubernetes.io~1component", "other"},
    };
    for (const auto& row : table) {
        world.cluster.edit(row.kind, {"tenants", row.name},
                           [&](json& object) { object[json::json_pointer(row.field)] = row.value; });
        world.settle();
        world.start_pods("acme");
        EXPECT_EQ(world.objects(), before) << row.name << " " << row.field;
    }
}

TEST_F(Reconciler, LeavesAloneWhatOthersAdd) {
    create();
    world.start_pods("acme");
    world.cluster.forget_calls();
    world.cluster.edit(kDeployment, {"tenants", "acme-server"}, [](json& object) {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1";
        object["metadata"]["labels"]["team"] = "sales";
    });
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(Reconciler, NeverGeneratesACredentialAgain) {
    create();
    const json database = world.get(kSecret, "acme-database")["data"];
    const json admin = world.get(kSecret, "acme-admin")["data"];
    world.start_pods("acme");
    world.create(new_spec({{"size", "large"}, {"deletionPolicy", "Delete"}}));
    world.settle();
    world.restart();
    world.settle();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], database);
    EXPECT_EQ(world.get(kSecret, "acme-admin")["data"], admin);
}

TEST_F(Reconciler, RollsThePodsWhenALostSecretIsGeneratedAgain) {
    create();
    const json before = world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"];
    const json server_before = world.get(kDeployment, "acme-server")["spec"]["template"]["metadata"];
    world.cluster.erase(kSecret, {"tenants", "acme-database"});
    world.settle();
    EXPECT_NE(world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"], before);
    EXPECT_NE(world.get(kDeployment, "acme-server")["spec"]["template"]["metadata"], server_before);
}

TEST_F(Reconciler, FollowsTheAddressOfTheAdminAndKeepsThePassword) {
    create();
    const json before = world.get(kSecret, "acme-admin")["data"];
    world.create(new_spec({{"admin", {{"email", "new@acme.example"}}}}));
    world.settle();
    const json after = world.get(kSecret, "acme-admin")["data"];
    EXPECT_EQ(after["email"], base64("new@acme.example"));
    EXPECT_EQ(after["password"], before["password"]);
}

TEST_F(Reconciler, TakesASecretThatItHasNotSeenYetForWhatItIs) {
    create();
    const json data = world.get(kSecret, "acme-database")["data"];
    // It appears between the look at the store and the create.
    World other;
    json secret = world.get(kSecret, "acme-database");
    bool placed = false;
    other.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
        if (!placed && moment == Moment::before && call.kind == "Secret" && call.writes()) {
            placed = true;
            other.cluster.put(kSecret, secret, "crm-operator-create");
        }
        return std::nullopt;
    });
    secret["metadata"] = json::object({{"name", "acme-database"},
                                       {"namespace", "tenants"},
                                       {"labels", labels("acme", Component::database)}});
    other.create(instance_manifest());
    other.settle();
    other.settle_after(std::chrono::minutes(1));
    EXPECT_TRUE(placed);
    EXPECT_EQ(other.get(kSecret, "acme-database")["data"], data);
    EXPECT_THAT(other.objects(), SizeIs(kOwned));
    EXPECT_EQ(other.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"]["annotations"],
              json::object({{std::string(kCredentialsDigest), credentials_digest(data)}}));
}

TEST_F(Reconciler, SaysWhoIsInTheWayOfAnObject) {
    json foreign = json::object({{"apiVersion", "apps/v1"},
                                 {"kind", "Deployment"},
                                 {"metadata", {{"name", "acme-server"}, {"namespace", "tenants"}}},
                                 {"spec", {{"replicas", 5}}}});
    world.cluster.put(kDeployment, foreign, "somebody");
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectConflict");
    const Status conflicted = world.status_of("acme");
    EXPECT_THAT(conflicted.find(condition::kReady)->message, HasSubstr("Deployment acme-server"));
    EXPECT_THAT(conflicted.find(condition::kReady)->message, HasSubstr("somebody"));
    EXPECT_EQ(world.get(kDeployment, "acme-server")["spec"], foreign["spec"]);
    EXPECT_THAT(world.objects(), SizeIs(kOwned));  // the rest is done, and the foreign one is there

    world.cluster.erase(kDeployment, {"tenants", "acme-server"});
    world.settle_after(std::chrono::minutes(2));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(Reconciler, DoesNotTakeOverAForeignSecret) {
    const json foreign = json::object({{"apiVersion", "v1"},
                                       {"kind", "Secret"},
                                       {"metadata", {{"name", "acme-database"}, {"namespace", "tenants"}}},
                                       {"data", {{"password", "eA=="}}}});
    world.cluster.put(kSecret, foreign, "somebody");
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectConflict");
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], foreign["data"]);
    EXPECT_THAT(world.cluster.all(kStatefulSet), IsEmpty());
}

TEST_F(Reconciler, KeepsTheRunningImageUntilTheMigrationOfTheTargetSucceeded) {
    create();
    world.start_pods("acme");
    world.create(new_spec({{"version", "0.2.0"}}));
    world.settle();
    EXPECT_EQ(image_of(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "True Migrating");
    ASSERT_THAT(world.cluster.all(kJob), SizeIs(1));  // the one of 0.1.0 is deleted

    world.finish_migration(kube::key_of(world.cluster.all(kJob)[0]), "Failed", "BackoffLimitExceeded");
    world.settle();
    EXPECT_EQ(image_of(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False MigrationFailed");
    EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "True ServerAvailable");

    world.cluster.erase(kJob, kube::key_of(world.cluster.all(kJob)[0]));
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(image_of(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.2.0");
    EXPECT_EQ(world.status_of("acme").running_version, "0.2.0");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(Reconciler, RefusesASpecThatBreaksARuleAndLeavesWhatRuns) {
    create();
    world.start_pods("acme");
    const json before = world.objects();
    world.create(new_spec({{"size", "huge"}}));
    world.settle();
    EXPECT_EQ(world.objects(), before);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False InvalidSpec");
    EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "True ServerAvailable");
}

TEST_F(Reconciler, ShowsWhatTheApiServerRefusesAndWaitsForAChange) {
    world.cluster.set_fault([](const Call& call, Moment moment) -> std::optional<Error> {
        if (moment == Moment::before && call.kind == "StatefulSet" && call.writes()) {
            return Error{ErrorKind::invalid, "spec.storageClassName: no such class"};
        }
        return std::nullopt;
    });
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False ObjectRejected");
    EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr("no such class"));
    world.cluster.forget_calls();
    world.settle_after(std::chrono::minutes(60));
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(Reconciler, FailsNoReconcileForAnEvent) {
    world.cluster.set_fault([](const Call& call, Moment) -> std::optional<Error> {
        return call.kind == "Event" ? std::optional(Error{ErrorKind::forbidden, "no"}) : std::nullopt;
    });
    create();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_THAT(world.cluster.all(kEvent), IsEmpty());
}

TEST_F(Reconciler, RetainsCredentialsWhenTheInstanceIsDeletedAndFindsThemAgain) {
    create();
    const json data = world.get(kSecret, "acme-database")["data"];
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(2));  // the Secrets

    create();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], data);
    EXPECT_THAT(world.objects(), SizeIs(kOwned));
}

TEST_F(Reconciler, DeletesCredentialsWithTheInstanceWhenToldTo) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    EXPECT_EQ(world.get(kStatefulSet,
                        "acme-database")["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"],
              "Delete");
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_TRUE(empty(world));
}

TEST_F(Reconciler, CanChangeItsMindAboutTheDeletionPolicy) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.create(new_spec({{"deletionPolicy", "Retain"}}));
    world.settle();
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(2));
}

TEST_F(Reconciler, KeepsTwoInstancesApart) {
    world.create(instance_manifest("acme", "one"));
    world.create(instance_manifest("acme", "two"));
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(2 * kOwned));
    EXPECT_NE(world.get(kSecret, "acme-database", "one")["data"]["password"],
              world.get(kSecret, "acme-database", "two")["data"]["password"]);

    world.cluster.erase(kCrmInstance, {"one", "acme"});
    world.cluster.collect_garbage();
    world.cluster.forget_calls();
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(kOwned + 2));
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(Reconciler, LeavesAnInstanceThatIsBeingDeletedAlone) {
    json manifest = instance_manifest();
    manifest["metadata"]["finalizers"] = json::array({"example.org/hold"});
    world.create(manifest);
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.settle();
    EXPECT_TRUE(empty(world));
}

/// Two worlds have other passwords, and so other digests of them.
json without_credentials(json objects) {
    for (json& object : objects) {
        object.erase("data");
        const json::json_pointer annotations("/spec/template/metadata/annotations");
        if (object.contains(annotations)) {
            object[annotations] = nullptr;
        }
    }
    return objects;
}

/// What a world that was left alone came to.
json undisturbed() {
    World world;
    world.create(instance_manifest());
    world.settle();
    world.start_pods("acme");
    return without_credentials(world.objects());
}

class Crash : public std::exception {};

TEST_F(Reconciler, ComesToTheSameWorldWhenItCrashesAtAnyWrite) {
    const json expected = undisturbed();
    for (int nth = 0; nth < 16; ++nth) {
        for (const Moment at : {Moment::before, Moment::after}) {
            World world;
            int writes = 0;
            bool crashed = false;
            // A worker catches what a reconcile throws; nothing that comes after it may reach the cluster.
            world.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
                if (crashed || (call.writes() && moment == at && writes++ == nth)) {
                    crashed = true;
                    throw Crash();
                }
                return std::nullopt;
            });
            world.create(instance_manifest());
            try {
                world.settle();
                if (!crashed) {
                    world.start_pods("acme");
                }
            } catch (const std::exception&) {
                ASSERT_TRUE(crashed);
            }
            world.cluster.set_fault({});
            world.restart();
            world.settle();
            world.start_pods("acme");
            EXPECT_EQ(without_credentials(world.objects()), expected)
                << "write " << nth << (at == Moment::before ? " before" : " after");
            EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
        }
    }
}

TEST_F(Reconciler, GoesOnAfterEveryKindOfTrouble) {
    for (const ErrorKind kind : {ErrorKind::unavailable, ErrorKind::timeout, ErrorKind::throttled,
                                 ErrorKind::internal, ErrorKind::conflict, ErrorKind::forbidden}) {
        World troubled;
        int writes = 0;
        troubled.cluster.set_fault([&](const Call& call, Moment moment) -> std::optional<Error> {
            if (moment == Moment::before && call.writes() && writes++ % 3 == 1) {
                return Error{kind, "trouble"};
            }
            return std::nullopt;
        });
        troubled.create(instance_manifest());
        for (int i = 0; i < 20; ++i) {
            troubled.settle_after(std::chrono::minutes(5));
        }
        troubled.cluster.set_fault({});
        troubled.settle_after(std::chrono::minutes(5));
        troubled.start_pods("acme");
        EXPECT_THAT(troubled.objects(), SizeIs(kOwned)) << name_of(kind);
        EXPECT_EQ(troubled.condition_of("acme", condition::kReady), "True Serving") << name_of(kind);
    }
}

}  // namespace
}  // namespace crm
