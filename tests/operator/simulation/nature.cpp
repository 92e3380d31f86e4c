#include "tests/operator/simulation/nature.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/desired_state.h"
#include "tests/operator/simulation/person.h"
#include "tests/support/simulation/pods.h"

#include <array>

#include <fmt/format.h>

namespace crm::simulation {
namespace {

using kube::json;
using support::simulation::Duration;

constexpr Duration kLongestPause{10'000};

}  // namespace

Nature::Nature(support::simulation::SimulatedCluster& cluster, Scheduler& scheduler,
               SimulatedOperator& its_operator, Judge& judge, std::size_t events, Told told)
    : cluster_(cluster),
      scheduler_(scheduler),
      operator_(its_operator),
      judge_(judge),
      told_(std::move(told)),
      left_(events),
      due_(scheduler.now() + scheduler.chance().up_to(kLongestPause)) {}

std::optional<TimePoint> Nature::due() const {
    return is_done() ? std::nullopt : std::optional(due_);
}

void Nature::act() {
    --left_;
    judge_.excuse_writes();
    due_ = scheduler_.now() + scheduler_.chance().up_to(kLongestPause);
    switch (scheduler_.chance().draw(6)) {
        case 0:
            return crash_or_evict(/*crash=*/true);
        case 1:
            return crash_or_evict(/*crash=*/false);
        case 2:
            told_("history is forgotten");
            return cluster_.api.compact();
        case 3:
            told_("the operator is restarted");
            return operator_.restart();
        case 4:
            return refuse();
        default:
            return fight();
    }
}

void Nature::crash_or_evict(bool crash) {
    const auto pods = cluster_.api.view(support::simulation::kPod);
    if (pods.empty()) {
        return;
    }
    const kube::ObjectKey pod = kube::key_of(*scheduler_.chance().among(pods));
    told_(fmt::format("pod {} {}", pod.name, crash ? "crashes" : "is thrown out"));
    if (crash) {
        cluster_.kubelet.crash(pod);
    } else {
        cluster_.api.erase(support::simulation::kPod, pod);
    }
}

/// A policy, or the webhook of one, refuses a kind until the next event of this sort, or the end.
void Nature::refuse() {
    auto kinds = owned_kinds();
    kinds.push_back(support::simulation::kPod);
    const kube::Kind kind = scheduler_.chance().among(kinds);
    const Error error{scheduler_.chance().among(
                          std::array{ErrorKind::invalid, ErrorKind::forbidden, ErrorKind::unavailable}),
                      "denied by a policy"};
    told_(fmt::format("a policy refuses {}: {}", kind.kind, name_of(error.kind)));
    cluster_.api.set_admission([kind, error](const kube::Kind& written, json&) {
        return written == kind ? std::optional(error) : std::nullopt;
    });
}

/// Somebody else thinks that nothing need run here.
void Nature::fight() {
    const kube::ObjectKey key{kInstance.ns, server_name(kInstance.name)};
    if (cluster_.api.find(kDeployment, key) != nullptr) {
        told_("another controller scales the server to 0");
        cluster_.api.edit(kDeployment, key, [](json& object) { object["spec"]["replicas"] = 0; }, "rival");
    }
}

}  // namespace crm::simulation
