// What hands and accidents do to the objects of an instance, and how it is put right.
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using support::Call;
using testing::IsEmpty;
using testing::SizeIs;

kube::Kind kind_of(const json& object) {
    for (const kube::Kind& kind : owned_kinds()) {
        if (object["kind"] == kind.kind) {
            return kind;
        }
    }
    throw std::out_of_range("no owned kind");
}

class ReconcilerRepair : public WorldTest {};

TEST_F(ReconcilerRepair, PutsBackWhateverIsDeleted) {
    create();
    world.start_pods("acme");
    for (const json& object : world.objects()) {
        const kube::Kind kind = kind_of(object);
        const kube::ObjectKey key = kube::key_of(object);
        world.cluster.erase(kind, key);
        world.settle();
        world.make_claim("acme", "tenants");
        EXPECT_TRUE(kind == kJob || world.cluster.get(kind, key))
            << object["kind"] << " " << kube::to_string(key);
        world.start_pods("acme");
    }
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerRepair, PutsBackWhateverIsChanged) {
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
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels/crm-operator.dev~1component", "x"},
        {kService, "acme-server", "/spec/selector", json::object({{"app", "other"}})},
        {kServiceAccount, "acme-crm", "/automountServiceAccountToken", true},
        {kSecret, "acme-admin", "/metadata/labels/crm-operator.dev~1component", "other"},
        {kSecret, "acme-admin", "/metadata/annotations", json::object()},
        {kSecret, "acme-admin", "/metadata/annotations/helm.sh~1resource-policy", "delete"},
        {kSecret, "acme-admin", "/metadata/labels/crm-operator.dev~1instance", "other"},
        {kSecret, "acme-admin", "/metadata/labels", json::object()},
        {kSecret, "acme-admin", "/data/email", "eA=="},
        {kSecret, "acme-database", "/data/username", "eA=="},
        {kServiceAccount, "acme-crm", "/metadata/labels", json::object()},
        {kService, "acme-server", "/metadata/labels", json::object()},
        {kDeployment, "acme-server", "/metadata/labels/app.kubernetes.io~1managed-by", "other"},
        {kStatefulSet, "acme-database", "/metadata/labels/crm-operator.dev~1instance", "other"},
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels", json::object()},
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/labels/crm-operator.dev~1instance", "x"},
        {kPersistentVolumeClaim, "data-acme-database-0", "/metadata/annotations", json::object()},
    };
    for (const auto& row : table) {
        world.cluster.edit(row.kind, {"tenants", row.name},
                           [&](json& object) { object[json::json_pointer(row.field)] = row.value; });
        world.settle();
        world.start_pods("acme");
        world.settle_after(std::chrono::minutes(30));  // of changes again and again, others tell
        EXPECT_EQ(world.objects(), before) << row.name << " " << row.field;
    }
}

TEST_F(ReconcilerRepair, KeepsWhatHoldsDataFromTheGarbageCollectorWhoeverIsSaidToOwnIt) {
    create();
    world.start_pods("acme");
    const json before = world.objects();
    const auto owner = [](const char* kind, bool controls) {
        return json::object({{"apiVersion", "crm-operator.dev/v1alpha1"},
                             {"kind", kind},
                             {"name", "acme"},
                             {"uid", "of-another-cluster"},
                             {"controller", controls}});
    };
    for (const json& stranger : {owner("CrmInstance", true), owner("CrmInstance", false),
                                 owner("Backup", true), owner("Backup", false)}) {
        for (const auto& [kind, name] :
             {std::pair(kSecret, "acme-database"), std::pair(kSecret, "acme-admin"),
              std::pair(kPersistentVolumeClaim, "data-acme-database-0")}) {
            world.cluster.edit(kind, {"tenants", name}, [&](json& object) {
                object["metadata"]["ownerReferences"] = json::array({stranger});
            });
        }
        world.settle();
        world.cluster.collect_garbage();
        world.settle();
        EXPECT_EQ(world.objects(), before) << stranger;
    }
}

TEST_F(ReconcilerRepair, KeepsTheVolumeThatGoesWithItsInstanceWhenItsOwnerIsChanged) {
    world.create(new_spec({{"deletionPolicy", "Delete"}}));
    world.settle();
    world.start_pods("acme");
    const json claim = world.get(kPersistentVolumeClaim, "data-acme-database-0");
    world.cluster.edit(kPersistentVolumeClaim, {"tenants", "data-acme-database-0"},
                       [](json& object) { object["metadata"]["ownerReferences"][0]["uid"] = "another"; });
    world.settle();
    world.cluster.collect_garbage();
    world.settle();
    const json after = world.get(kPersistentVolumeClaim, "data-acme-database-0");
    EXPECT_EQ(after["metadata"]["ownerReferences"], claim["metadata"]["ownerReferences"]);
    EXPECT_EQ(after["metadata"]["uid"], claim["metadata"]["uid"]);
}

TEST_F(ReconcilerRepair, TakesAnObjectBackFromAnotherController) {
    create();
    world.start_pods("acme");
    const json before = world.objects();
    for (const json& object : before) {
        if (object["kind"] == kSecret.kind || object["kind"] == kPersistentVolumeClaim.kind) {
            continue;
        }
        world.cluster.edit(kind_of(object), kube::key_of(object), [](json& edited) {
            edited["metadata"]["ownerReferences"] = json::array({json::object({{"apiVersion", "v1"},
                                                                               {"kind", "ConfigMap"},
                                                                               {"name", "x"},
                                                                               {"uid", "x"},
                                                                               {"controller", true}})});
        });
        world.settle();
    }
    EXPECT_EQ(world.objects(), before);
}

TEST_F(ReconcilerRepair, PutsBackAnImageThatSomebodyChangedBeforeTheMigrationIsDone) {
    create();
    world.cluster.edit(kDeployment, {"tenants", "acme-server"}, [](json& object) {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1";
    });
    world.settle();
    EXPECT_EQ(server_image(world.get(kDeployment, "acme-server")), "crm-operator.dev/crm-server:0.1.0");
}

TEST_F(ReconcilerRepair, LeavesAloneWhatOthersAdd) {
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

TEST_F(ReconcilerRepair, NeverGeneratesACredentialAgain) {
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

TEST_F(ReconcilerRepair, RollsThePodsWhenALostSecretIsGeneratedAgain) {
    create();
    const json before = world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"];
    const json server_before = world.get(kDeployment, "acme-server")["spec"]["template"]["metadata"];
    world.cluster.erase(kSecret, {"tenants", "acme-database"});
    world.settle();
    EXPECT_NE(world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"], before);
    EXPECT_NE(world.get(kDeployment, "acme-server")["spec"]["template"]["metadata"], server_before);
}

class ReconcilerOfALostPod : public WorldTest {
  protected:
    const kube::ObjectKey pod_{"tenants", "acme-database-0"};

    void SetUp() override {
        create();
        world.start_pods("acme");
    }

    /// Its StatefulSet lets it go, and can make no other.
    void lose(const std::function<void(json&)>& change) {
        world.cluster.edit(kPod, pod_, [&](json& pod) {
            pod["metadata"].erase("labels");
            change(pod);
        });
        world.cluster.edit(kStatefulSet, {"tenants", "acme-database"}, [](json& workload) {
            workload["status"]["readyReplicas"] = 0;
            workload["status"]["replicas"] = 0;
        });
        world.settle();
    }

    json labels() const { return (*world.cluster.get(kPod, pod_))["metadata"].value("labels", json()); }
};

TEST_F(ReconcilerOfALostPod, GivesThePodOfTheDatabaseItsLabelsAgain) {
    const json before = labels();
    lose([](json& pod) { pod["metadata"].erase("ownerReferences"); });
    world.settle_after(std::chrono::seconds(5));
    EXPECT_TRUE(labels().is_null()) << "making one takes a moment";
    world.settle_after(std::chrono::seconds(6));
    for (const std::string_view label : {kInstanceLabel, kComponentLabel}) {
        EXPECT_EQ(labels().value(label, ""), before.value(label, ""));
    }
}

TEST_F(ReconcilerOfALostPod, LeavesAPodOfAnotherAlone) {
    lose([](json& pod) {
        pod["metadata"]["ownerReferences"] = json::array({json::object(
            {{"apiVersion", "v1"}, {"kind", "Other"}, {"name", "o"}, {"uid", "u"}, {"controller", true}})});
    });
    world.settle_after(std::chrono::minutes(1));
    EXPECT_TRUE(labels().is_null());
}

TEST_F(ReconcilerOfALostPod, LeavesANamesakeAlone) {
    lose([](json& pod) {
        pod["metadata"].erase("annotations");
        pod["metadata"].erase("ownerReferences");
    });
    world.settle_after(std::chrono::minutes(1));
    EXPECT_TRUE(labels().is_null());
}

TEST_F(ReconcilerRepair, KeepsTheVolumeWhenTheStatefulSetIsDeletedWhateverTheDeletionPolicy) {
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

TEST_F(ReconcilerRepair, GeneratesAPasswordThatSomebodyTookOutOfASecretAndRollsThePodsOnce) {
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

TEST_F(ReconcilerRepair, GeneratesAPasswordInPlaceOfAnEmptyOne) {
    create();
    world.start_pods("acme");
    world.cluster.edit(
        kSecret, {"tenants", "acme-admin"}, [](json& secret) { secret["data"]["password"] = ""; },
        "kubectl-patch");
    world.settle();
    EXPECT_NE(world.get(kSecret, "acme-admin")["data"]["password"], "");
}

TEST_F(ReconcilerRepair, RollsNoPodForAKeyOfASecretThatIsPutBack) {
    create();
    world.start_pods("acme");
    world.cluster.forget_calls();
    world.cluster.edit(kSecret, {"tenants", "acme-database"},
                       [](json& secret) { secret["data"]["username"] = "eA=="; });
    world.settle();
    EXPECT_THAT(world.cluster.writes(), SizeIs(1));
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"]["username"], base64("crm"));
}

TEST_F(ReconcilerRepair, FollowsAPasswordThatSomebodySet) {
    create();
    world.start_pods("acme");
    const json before = world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"];
    world.cluster.edit(kSecret, {"tenants", "acme-database"},
                       [](json& secret) { secret["data"]["password"] = "c2VjcmV0"; });
    world.settle();
    EXPECT_EQ(world.get(kSecret, "acme-database")["data"]["password"], "c2VjcmV0");
    EXPECT_NE(world.get(kStatefulSet, "acme-database")["spec"]["template"]["metadata"], before);
}

}  // namespace
}  // namespace crm
