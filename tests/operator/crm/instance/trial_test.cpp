#include "operator/crm/instance/trial.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

TEST(Successor, IsThePodOfTheTemplateWithItsVolumeUnderAnotherName) {
    const json stateful_set = json::parse(R"({
        "metadata": {"name": "acme-database", "namespace": "tenants"},
        "spec": {
            "template": {
                "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
                "spec": {"serviceAccountName": "it", "containers": [{"name": "postgres"}],
                         "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "data", "emptyDir": {}}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}})");
    EXPECT_EQ(successor(stateful_set, "u", "acme-database-0"), json::parse(R"({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "acme-database-0-trial", "namespace": "tenants",
                     "labels": {"a": "b"}, "annotations": {"c": "d"},
                     "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "acme-database",
                                          "uid": "u", "controller": true}]},
        "spec": {"serviceAccountName": "it", "containers": [{"name": "postgres"}],
                 "volumes": [{"name": "tmp", "emptyDir": {}},
                             {"name": "data", "persistentVolumeClaim": {"claimName": "data-acme-database-0"}}]}})"));
}

TEST(RoomInPlaceOf, IsWhatAQuotaHasLeftWithoutThePod) {
    const json pod = json::parse(R"({"spec": {
        "containers": [{"resources": {"requests": {"memory": "500Mi", "cpu": "1"}, "limits": {"cpu": "2"}}},
                       {"resources": {"requests": {"memory": "12Mi"}}}],
        "initContainers": [{"resources": {"requests": {"cpu": "3"}}},
                           {"restartPolicy": "Always", "resources": {"requests": {"memory": "88Mi"}}}]}})");
    const struct {
        const char* what;
        std::vector<Shortage> shortages;
        bool room;
    } table[] = {
        {"just enough", {{"requests.memory", "1Gi", "600Mi", "1Gi"}}, true},
        {"the same by its other name", {{"memory", "1Gi", "600Mi", "1Gi"}}, true},
        {"a little too much", {{"requests.memory", "1025Mi", "600Mi", "1Gi"}}, false},
        {"beside what others use", {{"requests.memory", "1Gi", "601Mi", "1Gi"}}, false},
        {"limits", {{"limits.cpu", "4", "2", "4"}}, true},
        {"an init container", {{"requests.cpu", "3", "3", "3"}}, true},
        {"nothing of it", {{"limits.memory", "1", "1", "1"}}, false},
        {"the pod", {{"pods", "1", "2", "2"}, {"count/pods", "1", "2", "2"}}, true},
        {"one of two is enough to refuse", {{"pods", "1", "2", "2"}, {"limits.cpu", "5", "2", "4"}}, false},
        {"words that nobody knows", {{"requests.memory", "1Gi", "", "1Gi"}}, false},
    };
    for (const auto& row : table) {
        EXPECT_EQ(has_room_in_place_of(pod, row.shortages), row.room) << row.what;
    }
}

}  // namespace
}  // namespace crm
