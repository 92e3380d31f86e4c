// What lies between the operator and the API server: requests fail, answers are lost, watches are late, and
// the operator dies at a request.
#pragma once

#include "operator/kube/client.h"
#include "tests/support/fake_cluster.h"
#include "tests/support/simulation/scheduler.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace crm::simulation {

using support::Call;
using support::Verb;
using support::simulation::Scheduler;

/// Thrown where the operator's process ends. No std::exception, since those are caught and reported.
struct Crash {};

/// What goes wrong: each happens to one request in so many; 0: to none.
struct Disturbance {
    std::size_t failure = 0;  // refused, or lost after it took effect
    std::size_t crash = 0;    // the operator ends before or after a write
    std::size_t cut = 0;      // a watch ends after a part of what there is to tell
};

/// What the operator learns of a request that took effect.
enum class Answer {
    given,
    lost,    // it is told that the request failed
    unheard  // it ends before it is told
};

class Network final : public kube::Client {
  public:
    /// Told of each request of the operator that reached the API server, after it was done.
    using Observer = std::function<void(const Call&, Answer)>;

    Network(support::FakeCluster& cluster, Scheduler& scheduler, Observer observer)
        : cluster_(cluster), scheduler_(scheduler), observer_(std::move(observer)) {}

    void disturb(const Disturbance& disturbance) { disturbance_ = disturbance; }
    /// Whether something of the kind changed that its watch has not told yet.
    bool is_behind(const kube::Kind& kind) const;

    Result<kube::Page> list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                            const std::string& continue_token, std::stop_token stop) override;
    Result<void> watch(const kube::Kind& kind, const kube::Selection& selection,
                       const std::string& resource_version,
                       const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) override;
    Result<kube::json> create(const kube::Kind& kind, const kube::json& object,
                              std::stop_token stop) override;
    Result<kube::json> apply(const kube::Kind& kind, const kube::json& object,
                             const kube::ApplyOptions& options, std::stop_token stop) override;
    Result<kube::json> patch(const kube::Kind& kind, const kube::ObjectKey& key, const kube::json& changes,
                             const kube::PatchOptions& options, std::stop_token stop) override;
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options, std::stop_token stop) override;

  private:
    template <class T, class Action>
    Result<T> write(Call call, const Action& action);
    bool happens(std::size_t one_in) { return one_in != 0 && scheduler_.chance().one_in(one_in); }
    Error some_error(bool conflicts = true);

    support::FakeCluster& cluster_;
    Scheduler& scheduler_;
    const Observer observer_;
    Disturbance disturbance_;
    std::map<std::string_view, std::uint64_t> told_;  // by kind: up to which version
};

}  // namespace crm::simulation
