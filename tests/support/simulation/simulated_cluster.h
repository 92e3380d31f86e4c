// A whole cluster: the API in memory and everybody who acts in it by himself.
#pragma once

#include "tests/support/simulation/deployment_controller.h"
#include "tests/support/simulation/garbage_collector.h"
#include "tests/support/simulation/job_controller.h"
#include "tests/support/simulation/kubelet.h"
#include "tests/support/simulation/scheduler.h"
#include "tests/support/simulation/stateful_set_controller.h"

namespace support::simulation {

struct SimulatedCluster {
    /// The state is where it begins.
    SimulatedCluster(Scheduler& scheduler, Machines machines, const ClusterState* state = nullptr)
        : api(begin(scheduler, state)),
          deployments(api, scheduler),
          stateful_sets(api, scheduler),
          jobs(api, scheduler),
          kubelet(api, scheduler, std::move(machines)),
          garbage_collector(api, scheduler) {
        for (Actor* actor : std::initializer_list<Actor*>{&deployments, &stateful_sets, &jobs, &kubelet,
                                                          &garbage_collector}) {
            scheduler.add(*actor);
        }
    }

    FakeCluster api;
    DeploymentController deployments;
    StatefulSetController stateful_sets;
    JobController jobs;
    Kubelet kubelet;
    GarbageCollector garbage_collector;

  private:
    static FakeCluster begin(Scheduler& scheduler, const ClusterState* state) {
        FakeCluster::Options options{.watches_wait = false,
                                     .time = [&scheduler] { return scheduler.now_text(); },
                                     .keep_calls = false};
        return state == nullptr ? FakeCluster(std::move(options)) : FakeCluster(std::move(options), *state);
    }
};

}  // namespace support::simulation
