// What happens without anybody wanting it: pods crash or are thrown out, history is forgotten, policies come
// and go, another controller fights, the operator is restarted.
#pragma once

#include "tests/operator/simulation/judge.h"
#include "tests/operator/simulation/simulated_operator.h"
#include "tests/support/simulation/simulated_cluster.h"

#include <functional>
#include <optional>
#include <string>

namespace crm::simulation {

class Nature final : public Actor {
  public:
    using Told = std::function<void(const std::string&)>;

    Nature(support::simulation::SimulatedCluster& cluster, Scheduler& scheduler,
           SimulatedOperator& its_operator, Judge& judge, std::size_t events, Told told);

    std::optional<TimePoint> due() const override;
    void act() override;
    bool is_done() const { return left_ == 0; }
    /// No policy stands in the way any more.
    void relent() { cluster_.api.set_admission({}); }

  private:
    void crash_or_evict(bool crash);
    void refuse();
    void fight();

    support::simulation::SimulatedCluster& cluster_;
    Scheduler& scheduler_;
    SimulatedOperator& operator_;
    Judge& judge_;
    const Told told_;
    std::size_t left_;
    TimePoint due_;
};

}  // namespace crm::simulation
