// Deletes what only had owners that are gone, and lets go what was orphaned.
#pragma once

#include "tests/support/simulation/controller.h"

namespace support::simulation {

class GarbageCollector final : public Actor {
  public:
    GarbageCollector(FakeCluster& cluster, Scheduler& scheduler) : cluster_(cluster), scheduler_(scheduler) {}

    std::optional<TimePoint> due() const override {
        return cluster_.version() == seen_ ? std::nullopt : std::optional(scheduler_.now());
    }
    void act() override {
        cluster_.collect_garbage();
        seen_ = cluster_.version();
    }

  private:
    FakeCluster& cluster_;
    Scheduler& scheduler_;
    std::uint64_t seen_ = 0;
};

}  // namespace support::simulation
