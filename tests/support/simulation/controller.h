// What the controllers of a simulated cluster have in common: each looks at the cluster when something of its
// kinds has changed, and brings its part of it one step on.
#pragma once

#include "tests/support/fake_cluster.h"
#include "tests/support/simulation/scheduler.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

namespace support::simulation {

/// Cluster and scheduler must outlive it.
class Controller : public Actor {
  public:
    std::optional<TimePoint> due() const final;
    void act() final;

  protected:
    Controller(FakeCluster& cluster, Scheduler& scheduler, std::initializer_list<kube::Kind> kinds);

    virtual void reconcile() = 0;
    /// Has it look again then, although nothing may have changed.
    void wake_at(TimePoint time) { wake_ = wake_ ? std::min(*wake_, time) : time; }

    /// After a refusal, which no change of any object ends.
    void try_again() { wake_at(scheduler_.now() + Duration{15'000}); }

    FakeCluster& cluster_;
    Scheduler& scheduler_;

  private:
    std::uint64_t versions() const;

    const std::vector<kube::Kind> kinds_;
    std::uint64_t seen_ = 0;
    std::optional<TimePoint> wake_;
};

}  // namespace support::simulation
