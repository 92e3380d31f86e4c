#include "operator/kube/healing.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

const json kService = json::parse(R"({"spec": {"type": "ClusterIP", "ports": [
    {"name": "postgresql", "port": 5432, "protocol": "TCP", "targetPort": "postgresql"}]}})");

json service(const std::string& ports) {
    return json::object(
        {{"spec",
          json::object({{"type", "ClusterIP"}, {"clusterIP", "10.0.0.7"}, {"ports", json::parse(ports)}})}});
}

const json kPods = json::parse(R"({"spec": {"template": {"spec": {
    "containers": [{"name": "server", "image": "one", "args": ["serve"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"},
                  {"name": "management", "containerPort": 8081, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "management"}},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}],
    "volumes": [{"name": "tmp", "emptyDir": {}}]}}}})");

/// As the API server shows it, with defaults.
json pods() {
    json live = kPods;
    json& spec = live["spec"]["template"]["spec"];
    spec["restartPolicy"] = "Always";
    spec["containers"][0]["terminationMessagePath"] = "/dev/termination-log";
    spec["containers"][0]["readinessProbe"]["timeoutSeconds"] = 1;
    return live;
}

json& container(json& pods, std::size_t index = 0) {
    return pods["spec"]["template"]["spec"]["containers"][index];
}

json healed(json live, const json& manifest, Healing how = Healing::remnants) {
    const json patch = healing(live, manifest, how);
    EXPECT_FALSE(patch.is_null());
    live.merge_patch(patch);
    return live;
}

TEST(Healing, LeavesToAnApplyWhatAnApplyCanDo) {
    EXPECT_TRUE(healing(pods(), kPods, Healing::remnants).is_null());
    json changed = pods();
    container(changed)["image"] = "two";
    container(changed).erase("args");
    container(changed)["ports"].erase(1);
    EXPECT_TRUE(healing(changed, kPods, Healing::remnants).is_null());
}

TEST(Healing, PutsAnItemBackInThePlaceOfTheOneWhoseKeyWasChanged) {
    const json live = service(R"([{"name": "postgresql", "port": 5433, "protocol": "TCP",
                                   "targetPort": "postgresql"}])");
    EXPECT_EQ(healing(live, kService, Healing::remnants), kService.patch(json::parse(R"([
        {"op": "remove", "path": "/spec/type"}])")));
}

TEST(Healing, KnowsAnItemByWhatNoTwoMayHave) {
    const json live = service(R"([{"name": "postgresql", "port": 1, "protocol": "UDP", "targetPort": 2}])");
    EXPECT_EQ(healed(live, kService)["spec"]["ports"], kService["spec"]["ports"]);
}

TEST(Healing, LeavesWhatOthersAddedToAList) {
    const json live = service(R"([{"name": "metrics", "port": 9187, "protocol": "TCP", "targetPort": 9187},
        {"name": "postgresql", "port": 5433, "protocol": "TCP", "targetPort": "postgresql"}])");
    const json ports = healed(live, kService)["spec"]["ports"];
    ASSERT_EQ(ports.size(), 2U);
    EXPECT_EQ(ports[0], live["spec"]["ports"][0]);
    EXPECT_EQ(ports[1], kService["spec"]["ports"][0]);
}

TEST(Healing, TakesAwayARenamedContainerAndNoSidecar) {
    json live = pods();
    container(live)["name"] = "renamed";
    live["spec"]["template"]["spec"]["containers"].push_back(
        json::parse(R"({"name": "mesh", "image": "mesh:1"})"));
    json expected = live;
    expected["spec"]["template"]["spec"]["containers"] =
        json::array({container(const_cast<json&>(kPods)), container(live, 1)});
    EXPECT_EQ(healed(live, kPods), expected);
}

TEST(Healing, TakesAwayARenamedVolumeAndAMovedMount) {
    json live = pods();
    live["spec"]["template"]["spec"]["volumes"][0]["name"] = "scratch";
    container(live)["volumeMounts"][0] = json::parse(R"({"name": "scratch", "mountPath": "/tmp"})");
    EXPECT_EQ(healed(live, kPods)["spec"]["template"]["spec"]["volumes"],
              kPods["spec"]["template"]["spec"]["volumes"]);
    live = pods();
    container(live)["volumeMounts"][0]["mountPath"] = "/elsewhere";
    EXPECT_EQ(healed(live, kPods), pods());
}

TEST(Healing, TellsApartTwoItemsThatWereGivenOneKey) {
    json live = pods();
    container(live)["ports"][0]["containerPort"] = 8081;
    EXPECT_EQ(healed(live, kPods)["spec"]["template"]["spec"]["containers"][0]["ports"].size(), 2U);
    for (const json& port : kPods["spec"]["template"]["spec"]["containers"][0]["ports"]) {
        json now = healed(live, kPods);
        const json& ports = container(now)["ports"];
        EXPECT_NE(std::find(ports.begin(), ports.end(), port), ports.end()) << port;
    }
}

TEST(Healing, TakesTheControllerBackAndLeavesOtherOwners) {
    const json manifest = json::parse(R"({"metadata": {"ownerReferences": [
        {"uid": "ours", "kind": "CrmInstance", "name": "acme", "controller": true}]}})");
    const json live = json::parse(R"({"metadata": {"ownerReferences": [
        {"uid": "1", "kind": "ConfigMap", "name": "a"},
        {"uid": "2", "kind": "ConfigMap", "name": "b", "controller": true}]}})");
    const json owners = healed(live, manifest)["metadata"]["ownerReferences"];
    EXPECT_EQ(owners, json::array({live["metadata"]["ownerReferences"][0],
                                   manifest["metadata"]["ownerReferences"][0]}));
}

TEST(Healing, StrictlyLeavesNothingButWhatIsWantedInsideOfWhatIsOurs) {
    json live = pods();
    live["metadata"]["annotations"]["team"] = "sales";
    live["spec"]["template"]["spec"]["volumes"][0] =
        json::parse(R"({"name": "tmp", "hostPath": {"path": "/"}})");
    container(live)["readinessProbe"] =
        json::parse(R"({"exec": {"command": ["true"]}, "timeoutSeconds": 1})");
    container(live)["env"] = json::parse(R"([{"name": "ADDED", "value": "1"}])");
    const json now = healed(live, kPods, Healing::strict);
    const json& spec = now["spec"]["template"]["spec"];
    EXPECT_EQ(spec["volumes"], kPods["spec"]["template"]["spec"]["volumes"]);
    EXPECT_EQ(spec["containers"][0]["readinessProbe"], container(const_cast<json&>(kPods))["readinessProbe"]);
    EXPECT_EQ(spec["containers"][0]["env"], container(live)["env"]);
    EXPECT_EQ(spec["restartPolicy"], "Always");
    EXPECT_EQ(now["metadata"], live["metadata"]);
}

TEST(Healing, GivesUpWhatAPatchOwnsAndNothingElse) {
    const json live = json::parse(R"({"metadata": {"managedFields": [
        {"manager": "crm-operator", "operation": "Apply", "fieldsV1": {"f:spec": {}}},
        {"manager": "crm-operator", "operation": "Update", "fieldsV1": {"f:spec": {}}},
        {"manager": "crm-operator", "operation": "Update", "subresource": "status", "fieldsV1": {}},
        {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {}}}]}})");
    const json& entries = live["metadata"]["managedFields"];
    const json patch = giving_up_patched_fields(live);
    EXPECT_EQ(patch["metadata"]["managedFields"], json::array({entries[0], entries[2], entries[3]}));
    json given_up = live;
    given_up.merge_patch(patch);
    EXPECT_TRUE(giving_up_patched_fields(given_up).is_null());
}

}  // namespace
}  // namespace kube
