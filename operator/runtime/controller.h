// A controller for any kind: reflectors fill stores, changes become keys in the queue, workers reconcile.
//
//   Controller controller(client, real_environment(), metrics, {});
//   Store services(projection, controller.on_change(kService));
//   controller.watch(kService, {.label_selector = "..."}, services);
//   controller.run(reconciler, stop);
//
// The same parts can be driven step by step in one thread with an invented clock: step each of
// reflectors(), then run_one() until it has nothing to do.
#pragma once

#include "operator/kube/client.h"
#include "operator/runtime/backoff.h"
#include "operator/runtime/environment.h"
#include "operator/runtime/metrics.h"
#include "operator/runtime/reconciler.h"
#include "operator/runtime/reflector.h"
#include "operator/runtime/store.h"
#include "operator/runtime/work_queue.h"
#include "operator/runtime/write_budget.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace runtime {

/// Client and metrics must outlive it. Stores are made after it, since their on_change refers to it, and
/// must outlive run() and the last step.
class Controller {
  public:
    /// Longer than a renewed token takes to arrive.
    static constexpr Duration kRefusedForGood{30'000};

    struct Options {
        unsigned workers = 8;
        int page_size = 100;
        /// What log lines call the name in a key.
        std::string_view subject = "name";
    };

    Controller(kube::Client& client, Environment environment, Metrics& metrics, Options options);

    /// For the constructor of the Store of a kind: puts the owner of each change into the queue. What a
    /// person wishes is served before what else the watch tells, and that before what lists and our own
    /// writes tell.
    Store::OnChange on_change(const kube::Kind& kind);

    /// Has a key worked, now or after a time, for a reason that no store tells of. `cause`: of static
    /// storage. Any thread.
    void wake(const kube::ObjectKey& key, std::string_view cause, Duration delay = Duration{0}) {
        enqueue(key, {Priority::background, cause}, delay);
    }

    /// Keeps the store equal to the selected objects. Call before run() or the first step.
    void watch(const kube::Kind& kind, kube::Selection selection, Store& store);

    /// Runs reflectors and workers until stop is requested. No key is worked before every store is synced.
    void run(Reconciler& reconciler, std::stop_token stop);

    /// Whether every watched store has had its first full list. Any thread.
    bool synced() const;

    /// Whether it can do its work: unavailable before the stores are synced, and unauthorized when the API
    /// server has refused its credentials for a while. Any thread.
    Result<void> ready() const;

    /// Works one due key in the calling thread. False when none is due.
    bool run_one(Reconciler& reconciler, std::stop_token stop = {});
    /// When run_one has something to do if nothing changes.
    std::optional<TimePoint> next_due() const { return queue_.next_due(); }

    /// Sets the metrics that are of the moment. To be called before they are read. Any thread.
    void update_metrics();
    const std::vector<std::unique_ptr<Reflector>>& reflectors() const { return reflectors_; }

  private:
    void work(Reconciler& reconciler, const WorkQueue::Taken& taken, std::stop_token stop);
    void enqueue(const kube::ObjectKey& key, Wake wake, Duration delay = Duration{0});
    void succeeded(const kube::ObjectKey& key);
    void failed(const Run& run, const Error& error);
    void come_back_when_calm(const kube::ObjectKey& key);

    kube::Client& client_;
    const Environment environment_;
    Metrics& metrics_;
    const Options options_;
    WorkQueue queue_;
    WriteBudget budget_;
    std::vector<std::unique_ptr<Reflector>> reflectors_;
    std::atomic<std::uint64_t> runs_ = 0;

    mutable std::mutex retry_mutex_;
    RetryPolicy retry_;
    std::optional<TimePoint> refused_since_;  // by each run since
};

}  // namespace runtime
