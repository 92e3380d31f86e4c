#include "tests/support/simulation/controller.h"

#include <algorithm>

namespace support::simulation {

Controller::Controller(FakeCluster& cluster, Scheduler& scheduler, std::initializer_list<kube::Kind> kinds)
    : cluster_(cluster), scheduler_(scheduler), kinds_(kinds) {}

std::optional<TimePoint> Controller::due() const {
    return versions() == seen_ ? wake_ : std::optional(scheduler_.now());
}

void Controller::act() {
    seen_ = versions();
    wake_.reset();
    reconcile();
}

/// Versions only grow, so the latest of all changes when one does.
std::uint64_t Controller::versions() const {
    std::uint64_t latest = 0;
    for (const kube::Kind& kind : kinds_) {
        latest = std::max(latest, cluster_.version(kind));
    }
    return latest;
}

}  // namespace support::simulation
