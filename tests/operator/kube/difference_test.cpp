#include "operator/kube/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const json kManifest = json::parse(R"({
    "metadata": {"name": "a", "labels": {"app": "crm"}},
    "spec": {"replicas": 1, "template": {"spec": {"containers": [
        {"name": "server", "image": "one", "ports": [{"name": "http", "containerPort": 80}]}]}}}})");

json live() {
    return json::parse(R"({
    "metadata": {"name": "a", "labels": {"app": "crm", "team": "sales"}, "managedFields": [
        {"manager": "crm-operator", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "scaler", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {"f:spec":
            {"f:containers": {"k:{\"name\":\"server\"}": {"f:image": {},
                "f:ports": {}}}}}}}}]},
    "spec": {"replicas": 1, "template": {"spec": {"containers": [
        {"name": "sidecar", "image": "other"},
        {"name": "server", "image": "one", "ports": [
            {"name": "http", "containerPort": 80, "protocol": "TCP"}]}]}}}})");
}

TEST(Differences, AreNoneWhereEverythingIsAsWantedWhateverElseThereIs) {
    EXPECT_THAT(differences(live(), kManifest), IsEmpty());
}

TEST(Differences, NameTheFieldAndWhoChangedIt) {
    json changed = live();
    changed["spec"]["replicas"] = 0;
    changed["spec"]["template"]["spec"]["containers"][1]["image"] = "two";
    EXPECT_THAT(differences(changed, kManifest),
                ElementsAre(Difference{".spec.replicas", "scaler"},
                            Difference{".spec.template.spec.containers[server].image", "kubectl-edit"}));
}

TEST(Differences, NameNobodyForWhatIsGone) {
    json changed = live();
    changed["metadata"].erase("labels");
    EXPECT_THAT(differences(changed, kManifest), ElementsAre(Difference{".metadata.labels", ""}));
}

TEST(Differences, NameTheItemThatIsMissing) {
    json changed = live();
    changed["spec"]["template"]["spec"]["containers"][1]["ports"][0]["containerPort"] = 81;
    EXPECT_THAT(
        differences(changed, kManifest),
        ElementsAre(Difference{".spec.template.spec.containers[server].ports[80/TCP]", "kubectl-edit"}));
}

}  // namespace
}  // namespace kube
