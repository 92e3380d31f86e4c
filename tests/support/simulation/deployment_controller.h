// Deployments: pods of the wanted template in the wanted number, replaced within maxSurge and maxUnavailable.
// The pods belong to the Deployment itself: nobody here looks at ReplicaSets.
#pragma once

#include "tests/support/simulation/controller.h"
#include "tests/support/simulation/pods.h"

#include <string>

namespace support::simulation {

class DeploymentController final : public Controller {
  public:
    DeploymentController(FakeCluster& cluster, Scheduler& scheduler)
        : Controller(cluster, scheduler, {kDeployment, kPod}) {}

  private:
    void reconcile() override;
    void bring_on(const kube::json& deployment);
    /// What the API server said when it refused a pod; empty when it did not.
    std::string make_missing(const kube::json& deployment, const Count& now, const std::string& wanted);
    void remove_surplus(const kube::json& deployment, const std::vector<Object>& pods, const Count& now,
                        const std::string& wanted);
    void report(const kube::json& deployment, const std::string& wanted, const std::string& refused);

    std::uint64_t names_ = 0;
};

}  // namespace support::simulation
