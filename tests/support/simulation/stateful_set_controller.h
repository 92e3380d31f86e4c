// StatefulSets: pods with names and claims of their own, of the wanted revision as the update strategy says.
#pragma once

#include "tests/support/simulation/controller.h"
#include "tests/support/simulation/pods.h"

#include <string>

namespace support::simulation {

class StatefulSetController final : public Controller {
  public:
    StatefulSetController(FakeCluster& cluster, Scheduler& scheduler)
        : Controller(cluster, scheduler, {kStatefulSet, kPod, kPersistentVolumeClaim}) {}

  private:
    void reconcile() override;
    void bring_on(const kube::json& set);
    /// Whether the pod has all of them.
    bool make_claims(const kube::json& set, const std::string& pod);
    void replace_outdated(const kube::json& set, const std::vector<Object>& pods, const std::string& wanted);
    void report(const kube::json& set, const std::string& wanted);
};

}  // namespace support::simulation
