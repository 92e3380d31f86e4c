// The operator as actors of a simulation: each of its watches, and its worker, act when the schedule has
// them.
#pragma once

#include "tests/operator/crm/running_operator.h"
#include "tests/operator/simulation/network.h"
#include "tests/support/simulation/scheduler.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace crm::simulation {

using support::simulation::Actor;
using support::simulation::TimePoint;

/// Puts something between the operator's parts: a fault that is planted. Left out, they are joined directly.
struct Wiring {
    std::function<std::unique_ptr<kube::Client>(kube::Client&)> client = {};
    std::function<std::unique_ptr<runtime::Reconciler>(runtime::Reconciler&)> reconciler = {};
};

class SimulatedOperator {
  public:
    SimulatedOperator(Scheduler& scheduler, Network& network, const Wiring& wiring);
    ~SimulatedOperator();
    SimulatedOperator(const SimulatedOperator&) = delete;
    SimulatedOperator& operator=(const SimulatedOperator&) = delete;

    /// It ends where it is and is started anew: it knows nothing but what the cluster tells. In the middle of
    /// a reconcile it ends with the request that is on its way.
    void restart();
    std::size_t restarts() const { return restarts_; }

  private:
    class Watch;
    class Worker;

    void start();
    void let_others_act();

    Scheduler& scheduler_;
    Network& network_;
    const Wiring wiring_;
    std::unique_ptr<kube::Client> client_;
    std::unique_ptr<RunningOperator> running_;
    std::unique_ptr<runtime::Reconciler> reconciler_;
    std::vector<std::unique_ptr<Actor>> actors_;
    std::size_t restarts_ = 0;
    bool working_ = false;
    bool ends_ = false;
};

}  // namespace crm::simulation
