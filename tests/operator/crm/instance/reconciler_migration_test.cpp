// The migration of the schema, and what proves it: the proof belongs to one volume, and outlives its Job.
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::IsEmpty;
using testing::SizeIs;

class ReconcilerMigration : public WorldTest {
  protected:
    json job() const { return world.cluster.all(kJob).at(0); }

    void replace_volume() {
        world.cluster.erase(kPersistentVolumeClaim, {"tenants", "data-acme-database-0"});
        world.make_claim("acme", "tenants");
    }

    void migrates_again_after(const std::string& before) const {
        ASSERT_THAT(world.cluster.all(kJob), SizeIs(1));
        EXPECT_NE(kube::uid_of(job()), before);
        EXPECT_EQ(job()["metadata"]["annotations"][std::string(kClaimUid)],
                  kube::uid_of(world.get(kPersistentVolumeClaim, "data-acme-database-0")));
    }
};

TEST_F(ReconcilerMigration, MigratesAVolumeThatTookThePlaceOfALostOneAndSaysSo) {
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
    EXPECT_EQ(world.status_of("acme").schema.claim_uid,
              kube::uid_of(world.get(kPersistentVolumeClaim, "data-acme-database-0")));
    world.cluster.forget_calls();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
}

TEST_F(ReconcilerMigration, StaysAtTheNewVersionWhenItsJobIsDeletedInTheMiddleOfTheRoll) {
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
    EXPECT_FALSE(world.cluster.get(kJob, job)) << "what is proven is not done again";
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.2.0");
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "True MigrationSucceeded");
}

TEST_F(ReconcilerMigration, KeepsABuildInTheRepositoryOfTheReleasesUntilTheNextIsMigrated) {
    const std::string build = "crm-operator.dev/crm-server:nightly";
    world.create(new_spec({{"image", build}}));
    world.settle();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    world.create(new_spec({{"image", build + "-2"}}));
    world.settle();
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), build);
    world.start_pods("acme");
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), build + "-2");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerMigration, IsNotDoneAgainWhenAJanitorTakesTheJob) {
    create();
    world.start_pods("acme");
    world.cluster.erase(kJob, kube::key_of(job()));
    world.cluster.forget_calls();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "True MigrationSucceeded");
}

TEST_F(ReconcilerMigration, IsDoneAgainForAVolumeThatWasReplacedWhileTheOperatorWasAway) {
    create();
    world.start_pods("acme");
    const std::string before = kube::uid_of(job());
    replace_volume();
    world.restart();
    world.settle();
    migrates_again_after(before);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False VolumeReplaced");
}

TEST_F(ReconcilerMigration, IsDoneAgainForAVolumeThatWasReplacedBeforeTheProofWasWritten) {
    create();
    world.make_claim("acme", "tenants");
    const std::string before = kube::uid_of(job());
    world.finish_migration(kube::key_of(job()), "Complete");
    replace_volume();
    world.restart();
    world.settle();
    migrates_again_after(before);
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "False MigrationRunning");
}

TEST_F(ReconcilerMigration, OfAnOrphanedInstanceProvesNothingForTheVolumeOfTheNext) {
    const auto appear = [&] {
        world.create(new_spec({{"deletionPolicy", "Delete"}}));
        world.settle();
    };
    appear();
    world.start_pods("acme");
    world.cluster.erase(kCrmInstance, {"tenants", "acme"}, kube::Dependents::orphan);
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_FALSE(job()["metadata"].contains("ownerReferences"));

    appear();
    EXPECT_EQ(job()["metadata"]["ownerReferences"][0]["uid"], kube::uid_of(world.get(kCrmInstance, "acme")));
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving") << "over the same volume";

    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.settle();
    EXPECT_THAT(world.objects(), IsEmpty());
}

TEST_F(ReconcilerMigration, IsProvenForAVolumeThatWasDeletedAndIsStillUsed) {
    create();
    world.start_pods("acme");
    const kube::ObjectKey claim{"tenants", "data-acme-database-0"};
    world.cluster.edit(kPersistentVolumeClaim, claim, [](json& object) {
        object["metadata"]["finalizers"] = json::array({"kubernetes.io/pvc-protection"});
    });
    world.cluster.erase(kCrmInstance, {"tenants", "acme"}, kube::Dependents::orphan);
    world.cluster.collect_garbage();
    world.settle();
    world.cluster.erase(kPersistentVolumeClaim, claim);
    ASSERT_TRUE(world.get(kPersistentVolumeClaim, claim.name)["metadata"].contains("deletionTimestamp"));
    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerMigration, OfAnOtherLifeIsNoProofForAnEmptyVolume) {
    create();
    world.start_pods("acme");
    json left = job();
    left["metadata"].erase("ownerReferences");
    world.cluster.erase(kCrmInstance, {"tenants", "acme"});
    world.cluster.collect_garbage();
    world.cluster.erase(kPersistentVolumeClaim, {"tenants", "data-acme-database-0"});
    for (const char* field : {"uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"}) {
        left["metadata"].erase(field);
    }
    world.cluster.put(kJob, left);
    world.finish_migration(kube::key_of(left), "Complete");
    create();
    const std::string before = kube::uid_of(job());
    world.make_claim("acme", "tenants");
    world.settle();
    migrates_again_after(before);
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "False MigrationRunning");
}

TEST_F(ReconcilerMigration, IsMadeAnewWhenTheSpecAsksForAnotherJob) {
    const auto cpu = [](const json& of) {
        return of["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"];
    };
    world.create(new_spec({{"resources", {{"server", {{"requests", {{"cpu", "64"}}}}}}}}));
    world.settle();
    EXPECT_EQ(cpu(job()), "64");
    create();
    ASSERT_THAT(world.cluster.all(kJob), SizeIs(1));
    EXPECT_EQ(cpu(job()), "50m");
}

TEST_F(ReconcilerMigration, ThatHasSucceededStaysWhenTheSpecAsksForAnotherJob) {
    create();
    world.start_pods("acme");
    const json before = job();
    world.create(new_spec({{"size", "large"}}));
    world.settle();
    EXPECT_EQ(job(), before);
}

TEST_F(ReconcilerMigration, IsJudgedByItsOwnContainerAndItsJobEndedWhenAnotherGoesOn) {
    create();
    world.make_claim("acme", "tenants");
    world.settle();
    world.end_container_of_migration(kube::key_of(job()), 0);
    world.settle();
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "True MigrationSucceeded");
    EXPECT_THAT(world.cluster.all(kJob), IsEmpty());
}

TEST_F(ReconcilerMigration, ThatFailedGivesUpItsPodSoThatTheJobTriesAgain) {
    create();
    world.make_claim("acme", "tenants");
    world.settle();
    world.end_container_of_migration(kube::key_of(job()), 1);
    world.settle();
    EXPECT_THAT(world.cluster.all(kPod), IsEmpty());
    EXPECT_THAT(world.cluster.all(kJob), SizeIs(1));
    EXPECT_EQ(world.condition_of("acme", condition::kSchemaCurrent), "False MigrationRunning");
}

}  // namespace
}  // namespace crm
