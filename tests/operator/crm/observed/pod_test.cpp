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

}  // namespace
}  // namespace crm
