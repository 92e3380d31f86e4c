#include "operator/crm/instance/plan.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/observed/drift.h"
#include "tests/operator/crm/instances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

void no_randomness(std::span<unsigned char>) {}

/// "apply Deployment/acme-server force"
std::vector<std::string> texts(const std::vector<Action>& actions) {
    std::vector<std::string> result;
    for (const Action& action : actions) {
        result.push_back(std::string(name_of(action.verb)) + " " + std::string(action.kind.kind) + "/" +
                         action.key.name + (action.force ? " force" : ""));
    }
    return result;
}

class Plan : public testing::Test {
  protected:
    std::vector<DesiredObject> desired() const {
        const Passwords generated = generate_missing(instance, observed, no_randomness);
        return desired_state(instance, observed, generated, kSettings);
    }

    std::vector<std::string> planned() const { return texts(plan(instance.identity, observed, desired())); }

    /// Everything exists as it should.
    void converge() {
        for (int round = 0; round < 2; ++round) {  // credentials exist from the second round on
            const auto wanted = desired();
            observed.objects.clear();
            for (const DesiredObject& object : wanted) {
                observed.objects.push_back(observe(object));
            }
        }
    }

    ObservedObject& of(const kube::Kind& kind, const std::string& name) {
        return const_cast<ObservedObject&>(*observed.find(kind, name));
    }

    CrmInstance instance = decoded(instance_manifest());
    Observed observed;

  private:
    ObservedObject observe(const DesiredObject& object) const {
        json facts = nullptr;
        if (object.kind == kSecret) {
            facts = "digest";
        } else if (object.kind == kDeployment || object.kind == kStatefulSet) {
            facts = rollout_of(object.manifest);
        } else if (object.kind == kJob) {
            facts["spec_digest"] = object.manifest["metadata"]["annotations"][std::string(kSpecDigest)];
        } else if (object.kind == kPersistentVolumeClaim) {
            facts = json::object();
        }
        return {.kind = object.kind,
                .key = kube::key_of(object.manifest),
                .uid = "uid",
                .controller = object.kind == kSecret ? "" : instance.identity.uid,
                .digest = wanted_digest(object.kind, object.manifest),
                .facts = facts};
    }
};

TEST_F(Plan, CreatesEverythingAtOnceSecretsBeforeWhatMountsThem) {
    EXPECT_THAT(planned(),
                ElementsAre("create ServiceAccount/acme-crm", "create Secret/acme-database",
                            "create Secret/acme-admin", "apply Service/acme-database-pods",
                            "apply Service/acme-database", "apply StatefulSet/acme-database",
                            "create Job/" + migration_name("acme", "crm-operator.dev/crm-server:0.1.0"),
                            "apply Deployment/acme-server", "apply Service/acme-server"));
}

TEST_F(Plan, IsEmptyWhenEverythingIsAsDesired) {
    converge();
    EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(Plan, TakesBackWhatSomebodyChanged) {
    converge();
    of(kDeployment, "acme-server").digest = 1;
    of(kSecret, "acme-admin").digest = 1;
    EXPECT_THAT(planned(),
                ElementsAre("apply Secret/acme-admin force", "apply Deployment/acme-server force"));
}

TEST_F(Plan, NeverWritesThePasswordOfASecretThatHasOne) {
    converge();
    of(kSecret, "acme-database").digest = 1;
    const auto actions = plan(instance.identity, observed, desired());
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_FALSE(actions[0].object["data"].contains("password"));
}

TEST_F(Plan, GivesAPasswordToTheSecretThatItSawAndAsTheManagerOfCreate) {
    converge();
    of(kSecret, "acme-admin").facts = "";
    of(kSecret, "acme-admin").resource_version = 7;
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_EQ(texts(actions)[0], "apply Secret/acme-admin force");
    EXPECT_EQ(actions[0].object["metadata"]["uid"], "uid");
    EXPECT_EQ(actions[0].object["metadata"]["resourceVersion"], "7");
    EXPECT_EQ(actions[0].manager, kube::kCreateFieldManager);
    EXPECT_EQ(actions[0].object["data"].size(), 1U);
    EXPECT_TRUE(actions[0].object["data"].contains("password"));
}

TEST_F(Plan, LooksForAClaimThatItDoesNotSeeOnceTheDatabaseIsReady) {
    converge();
    std::erase_if(observed.objects,
                  [](const ObservedObject& object) { return object.kind == kPersistentVolumeClaim; });
    EXPECT_THAT(planned(), IsEmpty());
    of(kStatefulSet, "acme-database").facts["ready"] = 1;
    EXPECT_THAT(planned(), ElementsAre("adopt PersistentVolumeClaim/data-acme-database-0"));
}

TEST_F(Plan, NeverMakesAClaimAndAppliesOnlyToTheOneItSaw) {
    converge();
    of(kPersistentVolumeClaim, "data-acme-database-0").digest = 1;
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_THAT(texts(actions), ElementsAre("apply PersistentVolumeClaim/data-acme-database-0 force"));
    EXPECT_EQ(actions[0].object["metadata"]["uid"], "uid");
    std::erase_if(observed.objects,
                  [](const ObservedObject& object) { return object.kind == kPersistentVolumeClaim; });
    EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(Plan, DeletesAJobThatIsAboutALostVolume) {
    converge();
    of(kJob, migration_name("acme", "crm-operator.dev/crm-server:0.1.0")).facts["claim_uid"] =
        "the one before";
    instance.status.schema = {.version = "0.1.0", .claim_uid = "the one before"};
    const std::string job = "Job/" + migration_name("acme", "crm-operator.dev/crm-server:0.1.0");
    EXPECT_THAT(planned(), ElementsAre("delete " + job));
}

TEST_F(Plan, TakesBackASecretWithoutItsPasswordAndAJobByItsLabelsAlone) {
    for (const Action& action : plan(instance.identity, observed, desired())) {
        if (action.verb != Verb::create) {
            continue;
        }
        EXPECT_EQ(action.taken_back["metadata"]["labels"], action.object["metadata"]["labels"]);
        EXPECT_FALSE(action.taken_back.contains(json::json_pointer("/data/password")));
        EXPECT_FALSE(action.taken_back.contains("spec"));
    }
}

TEST_F(Plan, DeletesTheMigrationToAnotherVersionBeforeItStartsTheWantedOne) {
    converge();
    of(kJob, migration_name("acme", "crm-operator.dev/crm-server:0.1.0")).controller = "uid-of-acme";
    instance.spec.version = "0.2.0";
    const auto actions = planned();
    EXPECT_EQ(actions.front(), "delete Job/" + migration_name("acme", "crm-operator.dev/crm-server:0.1.0"));
    EXPECT_THAT(actions,
                Contains("create Job/" + migration_name("acme", "crm-operator.dev/crm-server:0.2.0")));
}

TEST_F(Plan, DeletesItsServiceAccountWhenTheSpecNamesAnother) {
    converge();
    instance.spec.service_account = "ready-made";
    EXPECT_THAT(planned(), Contains("delete ServiceAccount/acme-crm"));
    of(kServiceAccount, "acme-crm").controller = "another instance";
    EXPECT_THAT(planned(), Not(Contains("delete ServiceAccount/acme-crm")));
    of(kServiceAccount, "acme-crm").controller = instance.identity.uid;
    instance.spec.service_account = "acme-crm";
    EXPECT_THAT(planned(), Not(Contains("delete ServiceAccount/acme-crm"))) << "the spec names it";
}

TEST_F(Plan, LeavesAJobAsItIs) {
    converge();
    of(kJob, migration_name("acme", "crm-operator.dev/crm-server:0.1.0")).digest = 1;
    EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(Plan, TakesForeignOwnersFromWhatHoldsData) {
    converge();
    of(kSecret, "acme-admin").has_stranger = true;
    of(kPersistentVolumeClaim, "data-acme-database-0").controller = "uid-of-a-namesake";
    of(kService, "acme-server").has_stranger = true;
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_THAT(texts(actions),
                ElementsAre("patch Secret/acme-admin", "patch PersistentVolumeClaim/data-acme-database-0"));
    for (const Action& action : actions) {
        EXPECT_EQ(action.object, json::parse(R"({"metadata": {"ownerReferences": null}})"));
        EXPECT_EQ(action.resource_version, "0");
    }
}

TEST_F(Plan, TakesAnotherControllerFromAnyObjectAndKeepsItsOwn) {
    instance.spec.deletion_policy = DeletionPolicy::remove;
    converge();
    of(kSecret, "acme-admin").controller = instance.identity.uid;
    of(kSecret, "acme-admin").stranger_controls = true;
    of(kService, "acme-server").stranger_controls = true;
    of(kService, "acme-server").controller = "";
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_THAT(texts(actions), ElementsAre("patch Secret/acme-admin", "patch Service/acme-server"));
    EXPECT_EQ(actions[0].object["metadata"]["ownerReferences"][0]["uid"], instance.identity.uid);
    EXPECT_TRUE(actions[1].object["metadata"]["ownerReferences"].is_null());
}

TEST_F(Plan, ReplacesAWorkloadOfAnotherSelectorOverItsPods) {
    converge();
    of(kDeployment, "acme-server").facts["selector"] = "another";
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_THAT(texts(actions), ElementsAre("release Deployment/acme-server"));
    EXPECT_EQ(actions[0].uid, "uid");
    EXPECT_EQ(actions[0].object, selector_labels("acme", Component::server));
}

TEST_F(Plan, LeavesAloneWhatIsBeingDeleted) {
    converge();
    of(kDeployment, "acme-server").digest = 1;
    of(kDeployment, "acme-server").deleting = true;
    EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(Plan, MakesNoWorkloadWhilePodsOfItWouldBeRefused) {
    converge();
    std::erase_if(observed.objects, [](const ObservedObject& object) {
        return object.kind == kStatefulSet || object.kind == kDeployment || object.kind == kService;
    });
    of(kServiceAccount, "acme-crm").deleting = true;
    EXPECT_THAT(planned(), ElementsAre("apply Service/acme-database-pods", "apply Service/acme-database",
                                       "apply Service/acme-server"));
}

TEST_F(Plan, AddsTheOwnerToASecretByApplyAlone) {
    instance.spec.deletion_policy = DeletionPolicy::remove;
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_EQ(texts(actions)[1], "create Secret/acme-database");
    EXPECT_FALSE(actions[1].object["metadata"].contains("ownerReferences"));
    EXPECT_EQ(texts(actions)[2], "apply Secret/acme-database force");
    EXPECT_TRUE(actions[2].object["metadata"].contains("ownerReferences"));
}

TEST_F(Plan, DeletesOnlyWhatThisInstanceControlsAndDoesNotWant) {
    converge();
    const auto extra = [](const char* name, const char* controller) {
        return ObservedObject{.kind = kJob,
                              .key = {"tenants", name},
                              .uid = std::string("uid-") + name,
                              .controller = controller,
                              .facts = json::object()};
    };
    observed.objects.push_back(extra("acme-migrate-old", "uid-of-acme"));
    observed.objects.push_back(extra("acme-migrate-other", "uid-of-a-namesake"));
    observed.objects.push_back(extra("acme-migrate-free", ""));
    observed.objects.push_back({.kind = kService,
                                .key = {"tenants", "acme-more"},
                                .uid = "1",
                                .controller = "uid-of-acme",
                                .facts = nullptr});
    const auto actions = plan(instance.identity, observed, desired());
    EXPECT_THAT(texts(actions), ElementsAre("delete Job/acme-migrate-old"));
    EXPECT_EQ(actions[0].uid, "uid-acme-migrate-old");
}

}  // namespace
}  // namespace crm
