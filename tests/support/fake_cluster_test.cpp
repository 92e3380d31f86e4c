// The fake is only worth something while it behaves like the API server: these are its promises.
#include "tests/support/fake_cluster.h"

#include "operator/kube/field_ownership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace support {
namespace {

using kube::json;
using kube::ObjectKey;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr kube::Kind kDeployment{"apps", "v1", "Deployment", "deployments"};
constexpr kube::Kind kSecret{"", "v1", "Secret", "secrets"};
const ObjectKey kKey{"tenants", "acme-server"};

json deployment(const std::string& image, int replicas = 1) {
    return json::parse(R"({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "acme-server", "namespace": "tenants", "labels": {"app": "crm"}},
        "spec": {"selector": {"matchLabels": {"app": "crm"}}, "template": {"spec": {"containers": [
            {"name": "server", "env": [{"name": "A", "value": "1"}], "ports": [{"containerPort": 8080}]}]}}}
    })")
        .patch(json::array({
            {{"op", "add"}, {"path", "/spec/replicas"}, {"value", replicas}},
            {{"op", "add"}, {"path", "/spec/template/spec/containers/0/image"}, {"value", image}},
        }));
}

json secret(const std::string& name, const json& metadata = json::object()) {
    json result = {{"apiVersion", "v1"},
                   {"kind", "Secret"},
                   {"metadata", {{"name", name}, {"namespace", "tenants"}}},
                   {"data", {{"password", "c2VjcmV0"}}}};
    result["metadata"].update(metadata);
    return result;
}

json owned_by(const json& owner) {
    json reference = {{"apiVersion", owner["apiVersion"]},
                      {"kind", owner["kind"]},
                      {"name", kube::key_of(owner).name},
                      {"uid", kube::uid_of(owner)}};
    return json::object({{"ownerReferences", json::array({std::move(reference)})}});
}

class FakeClusterTest : public testing::Test {
  protected:
    Result<json> apply(const json& object, bool force = false) {
        return cluster.apply(kDeployment, object, {.force = force}, {});
    }

    std::vector<std::pair<kube::EventType, std::string>> events_since(const std::string& version,
                                                                      const std::string& selector = "") {
        std::vector<std::pair<kube::EventType, std::string>> events;
        const auto ended =
            cluster.watch(kSecret, {.label_selector = selector}, version,
                          [&](const kube::WatchEvent& event) {
                              if (event.type != kube::EventType::bookmark) {
                                  events.emplace_back(event.type, kube::key_of(event.object).name);
                              }
                          },
                          {});
        EXPECT_TRUE(ended) << ended.error().message;
        return events;
    }

    FakeCluster cluster{FakeCluster::Options{.watches_wait = false}};
};

TEST_F(FakeClusterTest, GivesANewObjectAnIdentityAndAGeneration) {
    const auto applied = apply(deployment("crm:1"));
    ASSERT_TRUE(applied);
    EXPECT_FALSE(kube::uid_of(*applied).empty());
    EXPECT_EQ((*applied)["metadata"]["generation"], 1);
    EXPECT_EQ((*applied)["metadata"]["creationTimestamp"], "2030-01-01T00:00:00Z");
}

TEST_F(FakeClusterTest, LetsTheDependentsOfAnObjectGoThatIsDeletedAlone) {
    const json owner = cluster.put(kDeployment, deployment("crm:1"));
    cluster.put(kSecret, secret("kept", owned_by(owner)));
    ASSERT_TRUE(cluster.remove(kDeployment, kKey, {.dependents = kube::Dependents::orphan}, {}));
    EXPECT_TRUE(cluster.get(kDeployment, kKey)) << "until the collector has come";
    cluster.collect_garbage();
    EXPECT_FALSE(cluster.get(kDeployment, kKey));
    EXPECT_FALSE((*cluster.get(kSecret, {"tenants", "kept"}))["metadata"].contains("ownerReferences"));
}

TEST_F(FakeClusterTest, GoesOnFromTheStateOfAnotherWithoutChangingIt) {
    cluster.put(kSecret, secret("first"));
    FakeCluster other({.watches_wait = false}, cluster.state());
    other.put(kSecret, secret("second"));
    EXPECT_THAT(other.all(kSecret), SizeIs(2));
    EXPECT_THAT(cluster.all(kSecret), SizeIs(1));
}

TEST_F(FakeClusterTest, KeepsTheResourceVersionWhenAnApplyChangesNothing) {
    const auto first = apply(deployment("crm:1"));
    const auto second = apply(deployment("crm:1"));
    EXPECT_EQ(*first, *second);
    ASSERT_THAT(cluster.writes(), SizeIs(2));
    EXPECT_TRUE(cluster.writes()[0].changed);
    EXPECT_FALSE(cluster.writes()[1].changed);
}

TEST_F(FakeClusterTest, RaisesTheGenerationForTheSpecOnly) {
    ASSERT_TRUE(apply(deployment("crm:1")));
    EXPECT_EQ((*apply(deployment("crm:2")))["metadata"]["generation"], 2);
    json labelled = deployment("crm:2");
    labelled["metadata"]["labels"]["tier"] = "small";
    EXPECT_EQ((*apply(labelled))["metadata"]["generation"], 2);
}

TEST_F(FakeClusterTest, OwnsExactlyWhatWasApplied) {
    const json manifest = deployment("crm:1");
    ASSERT_TRUE(apply(manifest));
    cluster.edit(kDeployment, kKey, [](json& object) {
        object["metadata"]["annotations"]["seen"] = "yes";
        object["spec"]["template"]["spec"]["containers"][0]["env"].push_back({{"name", "B"}, {"value", "2"}});
        object["status"]["readyReplicas"] = 1;
    });
    const json live = *cluster.get(kDeployment, kKey);
    EXPECT_EQ(kube::owned_fields(live, kube::kFieldManager), kube::identity_removed(manifest));
}

TEST_F(FakeClusterTest, ShowsTheDriftOfAFieldThatSomebodyElseChanged) {
    ASSERT_TRUE(apply(deployment("crm:1", 2)));
    cluster.edit(kDeployment, kKey, [](json& object) { object["spec"]["replicas"] = 5; });
    const json owned = kube::owned_fields(*cluster.get(kDeployment, kKey), kube::kFieldManager);
    EXPECT_FALSE(owned["spec"].contains("replicas"));
}

TEST_F(FakeClusterTest, RefusesToTakeAFieldFromAnotherManagerUnlessForced) {
    ASSERT_TRUE(apply(deployment("crm:1", 2)));
    cluster.edit(kDeployment, kKey, [](json& object) { object["spec"]["replicas"] = 5; });
    const auto refused = apply(deployment("crm:1", 2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(apply(deployment("crm:1", 5))) << "agreeing is no conflict";
    EXPECT_EQ((*apply(deployment("crm:1", 2), true))["spec"]["replicas"], 2);
}

TEST_F(FakeClusterTest, RemovesWhatIsNoLongerApplied) {
    json manifest = deployment("crm:1");
    manifest["metadata"]["annotations"]["old"] = "1";
    manifest["spec"]["template"]["spec"]["containers"].push_back(
        json::object({{"name", "sidecar"}, {"image", "s:1"}}));
    ASSERT_TRUE(apply(manifest));
    cluster.edit(kDeployment, kKey, [](json& object) { object["metadata"]["labels"]["theirs"] = "kept"; });

    const auto applied = apply(deployment("crm:1"));
    ASSERT_TRUE(applied);
    EXPECT_FALSE((*applied)["metadata"].contains("annotations"));
    EXPECT_THAT((*applied)["spec"]["template"]["spec"]["containers"], SizeIs(1));
    EXPECT_EQ((*applied)["metadata"]["labels"], json::parse(R"({"app": "crm", "theirs": "kept"})"));
}

TEST_F(FakeClusterTest, ReplacesAnAtomicValueAsAWhole) {
    ASSERT_TRUE(apply(deployment("crm:1")));
    json manifest = deployment("crm:1");
    manifest["spec"]["selector"] = json::parse(R"({"matchLabels": {"other": "x"}})");
    EXPECT_EQ((*apply(manifest))["spec"]["selector"], manifest["spec"]["selector"]);
}

TEST_F(FakeClusterTest, TakesTheStatusOnlyThroughItsSubresource) {
    json object = deployment("crm:1");
    object["status"]["replicas"] = 3;
    const kube::ApplyOptions status{.subresource = kube::Subresource::status};
    EXPECT_EQ(cluster.apply(kDeployment, object, status, {}).error().kind, ErrorKind::not_found);
    EXPECT_FALSE(apply(object)->contains("status"));

    object["spec"]["replicas"] = 9;
    const auto applied = cluster.apply(kDeployment, object, status, {});
    ASSERT_TRUE(applied);
    EXPECT_EQ((*applied)["status"]["replicas"], 3);
    EXPECT_EQ((*applied)["spec"]["replicas"], 1);
    EXPECT_EQ((*applied)["metadata"]["generation"], 1);
}

TEST_F(FakeClusterTest, RefusesToCreateWhatExists) {
    ASSERT_TRUE(cluster.create(kSecret, secret("a"), {}, {}));
    EXPECT_EQ(cluster.create(kSecret, secret("a"), {}, {}).error().kind, ErrorKind::conflict);
    EXPECT_TRUE(kube::owned_fields(*cluster.get(kSecret, {"tenants", "a"}), kube::kFieldManager).is_null());
}

TEST_F(FakeClusterTest, PatchesWhateverOwnsTheFieldsAndOwnsWhatItSets) {
    ASSERT_TRUE(apply(deployment("one")));
    const json changes = json::parse(R"({
        "metadata": {"labels": null},
        "spec": {"replicas": 5, "template": {"spec": {"containers": [{"name": "other", "image": "two"}]}}},
        "status": {"replicas": 5}})");
    const auto patched = cluster.patch(kDeployment, kKey, changes, {}, {});
    ASSERT_TRUE(patched) << patched.error().message;
    EXPECT_FALSE((*patched)["metadata"].contains("labels"));
    EXPECT_EQ((*patched)["spec"]["template"], changes["spec"]["template"]);
    EXPECT_FALSE(patched->contains("status"));
    EXPECT_EQ(cluster.writes().back().verb, Verb::patch);
    // What a patch has set, an apply does not take away by leaving it out.
    const json applied = apply(deployment("one"), true).value();
    EXPECT_THAT(applied["spec"]["template"]["spec"]["containers"], SizeIs(2));
}

TEST_F(FakeClusterTest, PatchesOnlyTheObjectAndTheVersionAskedFor) {
    const json changes = json::parse(R"({"metadata": {"labels": {"app": "other"}}})");
    EXPECT_EQ(cluster.patch(kDeployment, kKey, changes, {}, {}).error().kind, ErrorKind::not_found);
    const json live = apply(deployment("one")).value();
    const std::string version = kube::resource_version_of(live);
    EXPECT_EQ(cluster.patch(kDeployment, kKey, changes, {.uid = "another"}, {}).error().kind,
              ErrorKind::conflict);
    EXPECT_TRUE(cluster.patch(kDeployment, kKey, changes,
                              {.uid = kube::uid_of(live), .resource_version = version}, {}));
    EXPECT_EQ(cluster.patch(kDeployment, kKey, changes, {.resource_version = version}, {}).error().kind,
              ErrorKind::conflict);
}

TEST_F(FakeClusterTest, TakesWhatAPatchSaysOfTheManagers) {
    const json live = apply(deployment("one")).value();
    json changes = json::object();
    changes["metadata"]["managedFields"] = json::array({json::object()});
    const auto patched = cluster.patch(kDeployment, kKey, changes, {}, {});
    ASSERT_TRUE(patched) << patched.error().message;
    EXPECT_THAT((*patched)["metadata"]["managedFields"], IsEmpty());
    EXPECT_EQ((*patched)["spec"], live["spec"]);
}

TEST_F(FakeClusterTest, DeletesOnlyTheObjectWithTheUidAskedFor) {
    const auto created = cluster.create(kSecret, secret("a"), {}, {});
    const ObjectKey key{"tenants", "a"};
    EXPECT_EQ(cluster.remove(kSecret, key, {.uid = "another"}, {}).error().kind, ErrorKind::conflict);
    EXPECT_TRUE(cluster.remove(kSecret, key, {.uid = kube::uid_of(*created)}, {}));
    EXPECT_EQ(cluster.remove(kSecret, key, {}, {}).error().kind, ErrorKind::not_found);
}

TEST_F(FakeClusterTest, KeepsAnObjectWithAFinalizerUntilThatIsRemoved) {
    const json finalizers = json::object({{"finalizers", json::array({"example.org/wait"})}});
    cluster.put(kSecret, secret("a", finalizers));
    const ObjectKey key{"tenants", "a"};
    cluster.erase(kSecret, key);
    ASSERT_TRUE(cluster.get(kSecret, key));
    EXPECT_TRUE((*cluster.get(kSecret, key))["metadata"].contains("deletionTimestamp"));
    cluster.edit(kSecret, key, [](json& object) { object["metadata"].erase("finalizers"); });
    EXPECT_FALSE(cluster.get(kSecret, key));
}

TEST_F(FakeClusterTest, CollectsWhatLostItsOwnersDownTheChain) {
    const json root = cluster.put(kSecret, secret("root"));
    const json child = cluster.put(kSecret, secret("child", owned_by(root)));
    cluster.put(kSecret, secret("grandchild", owned_by(child)));
    EXPECT_EQ(cluster.collect_garbage(), 0U);
    cluster.erase(kSecret, {"tenants", "root"});
    EXPECT_EQ(cluster.collect_garbage(), 2U);
    EXPECT_THAT(cluster.all(kSecret), IsEmpty());
}

TEST_F(FakeClusterTest, ListsOneSnapshotInPages) {
    for (const char* name : {"a", "b", "c"}) {
        cluster.put(kSecret, secret(name));
    }
    const auto first = cluster.list(kSecret, {}, 2, "", {});
    cluster.put(kSecret, secret("d"));
    cluster.erase(kSecret, {"tenants", "c"});
    const auto second = cluster.list(kSecret, {}, 2, first->continue_token, {});
    EXPECT_THAT(first->items, SizeIs(2));
    ASSERT_THAT(second->items, SizeIs(1));
    EXPECT_EQ(kube::key_of(second->items[0]).name, "c");
    EXPECT_EQ(second->resource_version, first->resource_version);
    EXPECT_EQ(second->continue_token, "");
}

TEST_F(FakeClusterTest, ForgetsContinueTokensAndResumePointsWhenCompacted) {
    cluster.put(kSecret, secret("a"));
    cluster.put(kSecret, secret("b"));
    const auto page = cluster.list(kSecret, {}, 1, "", {});
    cluster.put(kSecret, secret("c"));
    cluster.compact();
    EXPECT_EQ(cluster.list(kSecret, {}, 1, page->continue_token, {}).error().kind, ErrorKind::expired);
    const auto ignore = [](const kube::WatchEvent&) {};
    EXPECT_EQ(cluster.watch(kSecret, {}, page->resource_version, ignore, {}).error().kind,
              ErrorKind::expired);
}

TEST_F(FakeClusterTest, TellsAWatchWhatChangedSinceAVersion) {
    cluster.put(kSecret, secret("old"));
    const std::string version = cluster.list(kSecret, {}, 0, "", {})->resource_version;
    cluster.put(kSecret, secret("new"));
    cluster.edit(kSecret, {"tenants", "old"}, [](json& object) { object["data"]["x"] = "eA=="; });
    cluster.erase(kSecret, {"tenants", "old"});
    using kube::EventType;
    EXPECT_THAT(events_since(version),
                ElementsAre(std::pair(EventType::added, "new"), std::pair(EventType::modified, "old"),
                            std::pair(EventType::deleted, "old")));
}

TEST_F(FakeClusterTest, ShowsAnObjectThatLeavesTheSelectionAsDeleted) {
    const json labels = json::object({{"labels", {{"app", "crm"}}}});
    const json object = cluster.put(kSecret, secret("a", labels));
    cluster.put(kSecret, secret("unlabelled"));
    cluster.edit(kSecret, {"tenants", "a"}, [](json& o) { o["metadata"]["labels"]["app"] = "other"; });
    EXPECT_THAT(events_since(kube::resource_version_of(object), "app=crm"),
                ElementsAre(std::pair(kube::EventType::deleted, "a")));
}

TEST_F(FakeClusterTest, RefusesARequestBeforeOrLosesItsAnswerAfterTheEffect) {
    const Error lost{ErrorKind::unavailable, "connection lost"};
    for (const Moment wanted : {Moment::before, Moment::after}) {
        cluster.set_fault([&](const Call&, Moment moment) {
            return moment == wanted ? std::optional(lost) : std::nullopt;
        });
        EXPECT_EQ(cluster.create(kSecret, secret("a"), {}, {}).error(), lost);
        EXPECT_EQ(cluster.get(kSecret, {"tenants", "a"}).has_value(), wanted == Moment::after);
    }
}

TEST_F(FakeClusterTest, FillsInDefaultsThatNobodyOwns) {
    FakeCluster defaulting{{.defaults = [](const kube::Kind&, json& object) {
        if (object.contains("spec") && !object["spec"].contains("revisionHistoryLimit")) {
            object["spec"]["revisionHistoryLimit"] = 10;
        }
    }}};
    const json manifest = deployment("crm:1");
    const auto applied = defaulting.apply(kDeployment, manifest, {}, {});
    ASSERT_TRUE(applied);
    EXPECT_EQ((*applied)["spec"]["revisionHistoryLimit"], 10);
    EXPECT_EQ(kube::owned_fields(*applied, kube::kFieldManager), kube::identity_removed(manifest));
    EXPECT_EQ(*defaulting.apply(kDeployment, manifest, {}, {}), *applied);
}

}  // namespace
}  // namespace support
