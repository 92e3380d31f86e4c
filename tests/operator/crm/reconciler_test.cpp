#include "operator/crm/reconciler.h"

#include "operator/crm/desired_state.h"
#include "operator/crm/labels.h"
#include "operator/crm/names.h"
#include "tests/operator/crm/world.h"

#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kOwned = 9;     // that the operator makes
constexpr std::size_t kRetained = 2;  // the Secrets

std::string server_image(const json& deployment) {
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

TEST_F(Reconciler, CreatesEverythingWithElevenWrites) {
    create();
    EXPECT_THAT(world.objects(), SizeIs(kOwned));
    EXPECT_THAT(world.cluster.writes(), SizeIs(kOwned + 2));  // the status and one Event
    EXPECT_TRUE(std::ranges::all_of(world.cluster.writes(), [](const Call& call) { return call.changed; }));
}

TEST_F(Reconciler, MakesTheObjectsOfEveryInstanceOfABurstBeforeItTellsOfAny) {
    constexpr std::size_t kInstances = 3;
    for (std::size_t i = 0; i < kInstances; ++i) {
        world.create(instance_manifest("acme-" + std::to_string(i)));
    }
    world.settle();
    const auto writes = world.cluster.writes();
    const auto told = std::ranges::find_if(writes, [](const Call& call) { return call.kind == kEvent.kind; });
    EXPECT_EQ(told - writes.begin(), kInstances * kOwned);
    EXPECT_EQ(writes.size(), kInstances * (kOwned + 2));
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
        world.make_claim("acme", "tenants");
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
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels/app.kubernetes.io~1component",
         "x"},
        {kService, "acme-server", "/spec/selector", json::object({{"app", "other"}})},
        {kServiceAccount, "acme-crm", "/automountServiceAccountToken", true},
        {kSecret, "acme-admin", "/metadata/labels/app.kubernetes.io~1component", "other"},
        {kSecret, "acme-admin", "/metadata/labels/app.kubernetes.io~1managed-by", "other"},
        {kSecret, "acme-admin", "/metadata/labels", json::object()},
        {kSecret, "acme-admin", "/data/email", "eA=="},
        {kSecret, "acme-database", "/data/username", "eA=="},
        {kServiceAccount, "acme-crm", "/metadata/labels", json::object()},
        {kService, "acme-server", "/metadata/labels", json::object()},
        {kDeployment, "acme-server", "/metadata/labels/app.kubernetes.io~1managed-by", "other"},
        {kStatefulSet, "acme-database", "/metadata/labels/crm-operator.dev~1instance", "other"},
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels", json::object()},
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels/app.kubernetes.io~1managed-by",
         "x"},
    };
    for (const auto& row : table) {
        world.cluster.edit(row.kind, {"tenants", row.name},
                           [&](json& object) { object[json::json_pointer(row.field)] = row.value; });
        world.settle();
        world.start_pods("acme");
        EXPECT_EQ(world.objects(), before) << row.name << " " << row.field;
    }
}

TEST_F(Reconciler, PutsBackAnImageThatSomebodyChangedBeforeTheMigrationIsDone) {
    create();
    world.cluster.edit(kDeployment, {"tenants", "acme-server"}, [](json& object) {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1";
    });
    world.settle();
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
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

TEST_F(Reconciler, KeepsTheRunningImageUntilTheMigrationOfTheTargetSucceeded) {
    create();
    world.start_pods("acme");
    world.create(new_spec({{"version", "0.2.0"}}));
    world.settle();
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
    EXPECT_EQ(world.condition_of("acme", condition::kProgressing), "True Migrating");
    ASSERT_THAT(world.cluster.all(kJob), SizeIs(1));  // the one of 0.1.0 is deleted

    world.finish_migration(kube::key_of(world.cluster.all(kJob)[0]), "Failed", "BackoffLimitExceeded");
    world.settle();
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False MigrationFailed");
    EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "True ServerAvailable");

    world.cluster.erase(kJob, kube::key_of(world.cluster.all(kJob)[0]));
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.2.0");
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

TEST_F(Reconciler, RetainsCredentialsWhenTheInstanceIsDeletedAndFindsThemAgain) {
    create();
    const json data = world.get(kSecret, "acme-database")["data"];
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(kRetained));

    create();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], data);
    EXPECT_THAT(world.objects(), SizeIs(kOwned));
}

TEST_F(Reconciler, DeletesCredentialsAndVolumesWithTheInstanceWhenToldTo) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.start_pods("acme");
    EXPECT_THAT(world.cluster.all(kPersistentVolumeClaim), SizeIs(1));
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_TRUE(empty(world));
}

TEST_F(Reconciler, CanChangeItsMindAboutTheDeletionPolicy) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.start_pods("acme");
    world.create(new_spec({{"deletionPolicy", "Retain"}}));
    world.settle();
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_THAT(world.objects(), SizeIs(kRetained + 1));  // and the claim
}

TEST_F(Reconciler, KeepsTheVolumeWhenTheStatefulSetIsDeletedWhateverTheDeletionPolicy) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.start_pods("acme");
    const json claim = world.get(kPersistentVolumeClaim, "data-acme-database-0");
    world.cluster.erase(kStatefulSet, {"tenants", "acme-database"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_EQ(world.get(kPersistentVolumeClaim, "data-acme-database-0"), claim);
    EXPECT_EQ(world.get(kStatefulSet,
                        "acme-database")["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"],
              "Retain");
}

TEST_F(Reconciler, WritesNothingToAClaimThatIsRetained) {
    create();
    world.cluster.forget_calls();
    world.start_pods("acme");
    for (const Call& call : world.cluster.writes()) {
        EXPECT_NE(call.kind, kPersistentVolumeClaim.kind);
    }
}

TEST_F(Reconciler, MigratesAVolumeThatTookThePlaceOfALostOneAndSaysSo) {
    create();
    world.start_pods("acme");
    const auto first = world.cluster.all(kJob);
    ASSERT_THAT(first, SizeIs(1));
    world.cluster.erase(kPersistentVolumeClaim, {"tenants", "data-acme-database-0"});
    world.settle();
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "True MigrationSucceeded");

    world.make_claim("acme", "tenants");
    world.settle();
    const auto second = world.cluster.all(kJob);
    ASSERT_THAT(second, SizeIs(1));
    EXPECT_NE(kube::uid_of(second[0]), kube::uid_of(first[0]));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False VolumeReplaced");
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");

    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(world.status_of("acme").schema.volume,
              kube::uid_of(world.get(kPersistentVolumeClaim, "data-acme-database-0")));
    world.cluster.forget_calls();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(Reconciler, StaysAtTheNewVersionWhenItsJobIsDeletedInTheMiddleOfTheRoll) {
    create();
    world.start_pods("acme");
    world.create(new_spec({{"version", "0.2.0"}}));
    world.settle();
    const kube::ObjectKey job = kube::key_of(world.cluster.all(kJob).at(0));
    world.finish_migration(job, "Complete");
    world.settle();
    ASSERT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.2.0");
    world.cluster.erase(kJob, job);
    world.settle();
    EXPECT_TRUE(world.cluster.get(kJob, job));
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.2.0");
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "True MigrationSucceeded");
}

TEST_F(Reconciler, GeneratesAPasswordThatSomebodyTookOutOfASecretAndRollsThePodsOnce) {
    create();
    world.start_pods("acme");
    const json before = world.get(kSecret, "acme-database")["data"];
    world.cluster.edit(kSecret, {"tenants", "acme-database"},
                       [](json& secret) { secret["data"].erase("password"); });
    world.cluster.forget_calls();
    world.settle();
    const json after = world.get(kSecret, "acme-database")["data"];
    EXPECT_FALSE(after.value("password", "").empty());
    EXPECT_NE(after["password"], before["password"]);
    EXPECT_EQ(after["username"], before["username"]);
    EXPECT_EQ(std::ranges::count_if(world.cluster.writes(),
                                    [](const Call& call) { return call.kind == kStatefulSet.kind; }),
              1);
    // A later apply of the rest takes nothing away.
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"], after);
}

TEST_F(Reconciler, GeneratesAPasswordInPlaceOfAnEmptyOne) {
    create();
    world.start_pods("acme");
    world.cluster.edit(
        kSecret, {"tenants", "acme-admin"}, [](json& secret) { secret["data"]["password"] = ""; },
        "kubectl-patch");
    world.settle();
    EXPECT_NE(world.get(kSecret, "acme-admin")["data"]["password"], "");
}

TEST_F(Reconciler, RollsNoPodForAKeyOfASecretThatIsPutBack) {
    create();
    world.start_pods("acme");
    world.cluster.forget_calls();
    world.cluster.edit(kSecret, {"tenants", "acme-database"},
                       [](json& secret) { secret["data"]["username"] = "eA=="; });
    world.settle();
    EXPECT_THAT(world.cluster.writes(), SizeIs(1));
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"]["username"], base64("crm"));
}

TEST_F(Reconciler, LeavesTheObjectsOfADeletedNamesakeToGarbageCollection) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.start_pods("acme");
    const json claim = world.get(kPersistentVolumeClaim, "data-acme-database-0");
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    create();  // before the collector has come
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseCreating");
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "False MigrationPending");
    EXPECT_EQ(world.get(kPersistentVolumeClaim, "data-acme-database-0"), claim);

    world.cluster.collect_garbage();
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_THAT(world.objects(), SizeIs(kOwned + 1));
}

TEST_F(Reconciler, FollowsAPasswordThatSomebodySet) {
    create();
    world.start_pods("acme");
    const json before = world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"];
    world.cluster.edit(kSecret, {"tenants", "acme-database"},
                       [](json& secret) { secret["data"]["password"] = "c2VjcmV0"; });
    world.settle();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"]["password"], "c2VjcmV0");
    EXPECT_NE(world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"], before);
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
    EXPECT_THAT(world.objects(), SizeIs(kOwned + kRetained));
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

}  // namespace
}  // namespace crm
