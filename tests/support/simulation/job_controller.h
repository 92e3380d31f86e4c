// Jobs of one pod: tried again after a back-off, judged by the exit code and the podFailurePolicy.
#pragma once

#include "tests/support/simulation/controller.h"
#include "tests/support/simulation/pods.h"

#include <map>
#include <string>

namespace support::simulation {

class JobController final : public Controller {
  public:
    JobController(FakeCluster& cluster, Scheduler& scheduler)
        : Controller(cluster, scheduler, {kJob, kPod}) {}

  private:
    /// What the pods of a Job have come to.
    struct Tally {
        int active = 0;
        int succeeded = 0;
        int failed = 0;  // without those that the policy ignores
        int ignored = 0;
    };

    void reconcile() override;
    void bring_on(const kube::json& job);
    Tally tally(const kube::json& job, const std::vector<Object>& pods) const;
    void start_pod(const kube::json& job, const Tally& now);

    std::map<std::string, TimePoint> next_;  // by the Job's uid: when its next pod may start
    std::uint64_t names_ = 0;
};

}  // namespace support::simulation
