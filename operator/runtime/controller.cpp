#include "operator/runtime/controller.h"

#include "common/log.h"
#include "operator/runtime/budgeted_client.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

namespace runtime {
namespace {

/// The last catch of a worker: a reconcile that throws is a reconcile that failed.
Result<void> reconcile(Reconciler& reconciler, const Run& run) {
    try {
        return reconciler.reconcile(run);
    } catch (const std::exception& exception) {
        return fail(ErrorKind::internal, exception.what());
    }
}

std::string_view name_of_result(const Result<void>& result) {
    return result ? "success" : name_of(result.error().kind);
}

constexpr std::string_view kRetry = "retry";
constexpr std::string_view kCalm = "calm";

/// Lists tell of wishes too, at the start of every instance at once: none of them is more urgent then.
Wake wake_of(const Change& change, const kube::Kind& kind) {
    switch (change.origin) {
        case Origin::list:
            return {Priority::background, "list"};
        case Origin::watch:
            return change.wish ? Wake{Priority::wish, "spec"} : Wake{Priority::change, kind.kind};
        case Origin::write:
            return change.wish ? Wake{Priority::wish, "spec"} : Wake{Priority::background, "write"};
    }
    return {};
}

}  // namespace

Controller::Controller(kube::Client& client, Environment environment, Metrics& metrics, Options options)
    : client_(client),
      environment_(std::move(environment)),
      metrics_(metrics),
      options_(options),
      queue_(environment_, options.workers) {}

Store::OnChange Controller::on_change(const kube::Kind& kind) {
    return [this, kind](const kube::ObjectKey& owner, const Change& change) {
        if (change.wish) {
            budget_.wish(owner, environment_.now());
        }
        enqueue(owner, wake_of(change, kind));
    };
}

void Controller::watch(const kube::Kind& kind, kube::Selection selection, Store& store) {
    const auto open_when_synced = [this] {
        if (synced()) {
            queue_.open();
        }
    };
    reflectors_.push_back(std::make_unique<Reflector>(
        client_, kind, std::move(selection), store, environment_, metrics_.reflector(kind),
        Reflector::Options{.page_size = options_.page_size, .on_listed = open_when_synced}));
}

void Controller::run(Reconciler& reconciler, std::stop_token stop) {
    std::vector<std::jthread> threads;  // all end by `stop` and are joined here
    threads.reserve(reflectors_.size() + options_.workers);
    for (const auto& reflector : reflectors_) {
        threads.emplace_back([&reflector, stop] { reflector->run(stop); });
    }
    for (unsigned i = 0; i < options_.workers; ++i) {
        threads.emplace_back([this, &reconciler, stop] {
            while (const auto taken = queue_.take(stop)) {
                work(reconciler, *taken, stop);
            }
        });
    }
}

bool Controller::synced() const {
    return std::all_of(reflectors_.begin(), reflectors_.end(),
                       [](const auto& reflector) { return reflector->status().synced; });
}

Result<void> Controller::ready() const {
    if (!synced()) {
        return fail(ErrorKind::unavailable, "the objects of the cluster are still being listed");
    }
    const std::lock_guard lock(retry_mutex_);
    if (refused_since_ && environment_.now() - *refused_since_ > kRefusedForGood) {
        return fail(
            ErrorKind::unauthorized,
            "the API server refuses the credentials of this pod: if its ServiceAccount was made anew, "
            "delete the pod");
    }
    return {};
}

bool Controller::run_one(Reconciler& reconciler, std::stop_token stop) {
    const auto taken = queue_.try_take();
    if (taken) {
        work(reconciler, *taken, std::move(stop));
    }
    return taken.has_value();
}

void Controller::work(Reconciler& reconciler, const WorkQueue::Taken& taken, std::stop_token stop) {
    BudgetedClient client(client_, budget_, taken.key, environment_, metrics_.refusals());
    const Run run{
        .key = taken.key,
        .id = ++runs_,
        .client = client,
        .throttled = [&] { return budget_.strained_until(taken.key, environment_.now()).has_value(); },
        .stop = std::move(stop)};
    metrics_.began(taken.cause, taken.waited);
    const Result<void> result = reconcile(reconciler, run);
    if (result) {
        succeeded(run.key);
    } else if (!run.stop.stop_requested()) {
        failed(run, result.error());
    }
    come_back_when_calm(run.key);
    const auto took = environment_.now() - taken.began;
    common::log::debug("Reconciled", {{"namespace", run.key.ns},
                                      {options_.subject, run.key.name},
                                      {"reconcile", run.id},
                                      {"cause", taken.cause},
                                      {"result", name_of_result(result)},
                                      {"took_ms", std::chrono::duration<double, std::milli>(took).count()}});
    // Who used up the budget of his own key has not met an API server in trouble.
    const bool overload =
        !result && !client.refused() && AdaptiveConcurrency::is_overload(result.error().kind);
    queue_.done(taken, overload);
    metrics_.ended(result, took);
}

void Controller::update_metrics() {
    budget_.forget_full(environment_.now());
    metrics_.queue(queue_.size());
}

void Controller::enqueue(const kube::ObjectKey& key, Wake wake, Duration delay) {
    if (queue_.add(key, wake, delay)) {
        metrics_.added();
    }
}

void Controller::succeeded(const kube::ObjectKey& key) {
    const std::lock_guard lock(retry_mutex_);
    retry_.succeeded(key);
    refused_since_.reset();
}

/// Somebody may be told that the key is throttled: also when that is over.
void Controller::come_back_when_calm(const kube::ObjectKey& key) {
    const TimePoint now = environment_.now();
    if (const auto calm = budget_.strained_until(key, now)) {
        enqueue(key, {Priority::background, kCalm}, std::chrono::ceil<Duration>(*calm - now));
    }
}

void Controller::failed(const Run& run, const Error& error) {
    const double random = environment_.random();
    Duration wait{};
    {
        const std::lock_guard lock(retry_mutex_);
        wait = retry_.failed(run.key, error, random);
        if (error.kind != ErrorKind::unauthorized) {
            refused_since_.reset();
        } else if (!refused_since_) {
            refused_since_ = environment_.now();
        }
    }
    queue_.hold(run.key, wait, kRetry);
    metrics_.retried();
    common::log::warning("Reconcile failed", {{"namespace", run.key.ns},
                                              {options_.subject, run.key.name},
                                              {"reconcile", run.id},
                                              {"error", error.message},
                                              {"error_kind", name_of(error.kind)},
                                              {"retry_ms", wait.count()}});
}

}  // namespace runtime
