// What lies between the operator and the API server: requests fail, answers are lost, watches are late, and
// the operator dies at a request.
#pragma once

#include "operator/kube/client.h"
#include "tests/support/fake_cluster.h"
#include "tests/support/simulation/scheduler.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::simulation {

using support::Verb;
using support::simulation::Scheduler;

/// Thrown where the operator's process ends. No std::exception, since those are caught and reported.
struct Crash {};

/// What goes wrong: each happens to one request in so many; 0: to none.
struct Disturbance {
    std::size_t failure = 0;  // refused, or lost after it took effect
    std::size_t crash = 0;    // the operator ends before or after a write
    std::size_t cut = 0;      // a watch ends after a part of what there is to tell
    std::size_t delay = 0;    // others act before it is done
    std::size_t theft = 0;    // what is to be written is deleted before
};

/// What the operator learns of a request that took effect.
enum class Answer {
    given,
    lost,    // it is told that the request failed
    unheard  // it ends before it is told
};

/// A request of the operator that reached the API server. Refers to what it was made with.
struct Request {
    Verb verb = Verb::list;
    const kube::Kind& kind;
    const kube::ObjectKey& key;  // empty for list and watch
    const kube::json& object;    // what was sent; null for list, watch and remove
    bool changed = false;        // whether it had an effect

    bool writes() const { return verb != Verb::list && verb != Verb::watch && verb != Verb::dry_run; }
};

class Network final : public kube::Client {
  public:
    /// Told of each request after it was done.
    using Observer = std::function<void(const Request&, Answer)>;

    Network(support::FakeCluster& cluster, Scheduler& scheduler, Observer observer)
        : cluster_(cluster), scheduler_(scheduler), observer_(std::move(observer)) {}

    void disturb(const Disturbance& disturbance) { disturbance_ = disturbance; }
    /// Lets somebody else act while a request is on its way.
    void set_meanwhile(std::function<void()> meanwhile) { meanwhile_ = std::move(meanwhile); }
    /// Deletes what a request is about.
    using Thief = std::function<void(const kube::Kind&, const kube::ObjectKey&)>;
    void set_thief(Thief thief) { thief_ = std::move(thief); }
    /// Whether something changed that the watch of it has not told yet.
    bool is_behind(const kube::Kind& kind, const kube::Selection& selection);

    Result<kube::Page> list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                            const std::string& continue_token, std::stop_token stop) override;
    Result<void> watch(const kube::Kind& kind, const kube::Selection& selection,
                       const std::string& resource_version,
                       const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) override;
    Result<kube::json> create(const kube::Kind& kind, const kube::json& object,
                              const kube::CreateOptions& options, std::stop_token stop) override;
    Result<kube::json> apply(const kube::Kind& kind, const kube::json& object,
                             const kube::ApplyOptions& options, std::stop_token stop) override;
    Result<kube::json> patch(const kube::Kind& kind, const kube::ObjectKey& key, const kube::json& changes,
                             const kube::PatchOptions& options, std::stop_token stop) override;
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options, std::stop_token stop) override;

  private:
    template <class T, class Action>
    Result<T> write(Request request, const Action& action);
    bool happens(std::size_t one_in) { return one_in != 0 && scheduler_.chance().one_in(one_in); }
    Error some_error(bool conflicts = true);

    support::FakeCluster& cluster_;
    Scheduler& scheduler_;
    const Observer observer_;
    std::function<void()> meanwhile_ = [] {};
    Thief thief_ = [](const kube::Kind&, const kube::ObjectKey&) {};
    Disturbance disturbance_;
    /// Each has a kind and fields of its own.
    struct Watched {
        std::string_view kind;
        std::string fields;
        std::uint64_t told = 0;  // up to which version
    };
    std::uint64_t& told(const kube::Kind& kind, const kube::Selection& selection);

    std::vector<Watched> watched_;
};

}  // namespace crm::simulation
