#include "operator/crm/instance/reconciler.h"

#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/desired_state.h"
#include "tests/operator/crm/world.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using testing::IsEmpty;
using testing::SizeIs;

/// Whether anything of an instance exists.
bool empty(const World& world) {
    return world.objects().empty();
}

class Reconciler : public WorldTest {};

TEST_F(Reconciler, CreatesEverythingWithAWriteForEachObjectItsStatusAndAnEvent) {
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
    const auto told = std::ranges::find_if(
        writes, [](const Call& call) { return call.kind == kCrmInstance.kind || call.kind == kEvent.kind; });
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

TEST_F(Reconciler, WritesNothingToAClaimThatIsRetained) {
    create();
    world.cluster.forget_calls();
    world.start_pods("acme");
    for (const Call& call : world.cluster.writes()) {
        EXPECT_NE(call.kind, kPersistentVolumeClaim.kind);
    }
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
