#include "operator/crm/observed/pod.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

TEST(PodOf, RunsWhileAContainerOfItDoesWhateverItsPhaseSays) {
    const auto pod = [](const char* state) {
        const json container =
            json::object({{"name", "migrate"}, {"state", json::object({{state, json::object()}})}});
        return pod_of(json::object(
            {{"status",
              json::object({{"phase", "Running"}, {"containerStatuses", json::array({container})}})}}));
    };
    EXPECT_TRUE(pod("running").running);
    EXPECT_FALSE(pod("terminated").running);
}

TEST(PodOf, IsUnschedulableUnlessRoomIsBeingMadeForIt) {
    json object = json::parse(R"({"status": {"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no room",
         "lastTransitionTime": "2030-01-01T00:00:00Z"}]}})");
    EXPECT_EQ(pod_of(object).unschedulable, "no room");
    EXPECT_EQ(pod_of(object).unschedulable_since, "2030-01-01T00:00:00Z");
    object["status"]["nominatedNodeName"] = "node-7";
    EXPECT_EQ(pod_of(object).unschedulable, "");
    EXPECT_EQ(pod_of(object).unschedulable_since, "");
}

}  // namespace
}  // namespace crm
