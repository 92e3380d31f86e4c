#include "operator/runtime/controller.h"

#include "common/log.h"

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

Priority priority_of(Origin origin) {
    switch (origin) {
        case Origin::watch:
            return Priority::user;
        case Origin::list:
        case Origin::write:
            return Priority::background;
    }
    return Priority::background;
}

}  // namespace

Controller::Controller(kube::Client& client, Environment environment, Metrics& metrics, Options options)
    : client_(client),
      environment_(std::move(environment)),
      metrics_(metrics),
      options_(options),
      queue_(environment_, options.workers) {}

Store::OnChange Controller::on_change() {
    return [this](const kube::ObjectKey& owner, Origin origin) { queue_.add(owner, priority_of(origin)); };
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

bool Controller::run_one(Reconciler& reconciler, std::stop_token stop) {
    const auto taken = queue_.try_take();
    if (taken) {
        work(reconciler, *taken, std::move(stop));
    }
    return taken.has_value();
}

void Controller::work(Reconciler& reconciler, const WorkQueue::Taken& taken, std::stop_token stop) {
    const Run run{.key = taken.key, .id = ++runs_, .stop = std::move(stop)};
    metrics_.waited(taken.waited);
    metrics_.queue(queue_.size());
    const Result<void> result = reconcile(reconciler, run);
    if (result) {
        succeeded(run.key);
    } else if (!run.stop.stop_requested()) {
        failed(run, result.error());
    }
    const auto took = environment_.now() - taken.began;
    common::log::debug("Reconciled", {{"namespace", run.key.ns},
                                      {options_.subject, run.key.name},
                                      {"reconcile", run.id},
                                      {"result", name_of_result(result)},
                                      {"took_ms", std::chrono::duration<double, std::milli>(took).count()}});
    queue_.done(taken, !result && AdaptiveConcurrency::is_overload(result.error().kind));
    metrics_.reconciled(name_of_result(result), took);
    metrics_.queue(queue_.size());
}

void Controller::succeeded(const kube::ObjectKey& key) {
    const std::lock_guard lock(retry_mutex_);
    retry_.succeeded(key);
}

void Controller::failed(const Run& run, const Error& error) {
    const double random = environment_.random();
    Duration wait{};
    {
        const std::lock_guard lock(retry_mutex_);
        wait = retry_.failed(run.key, error, random);
    }
    queue_.add(run.key, Priority::background, wait);
    common::log::warning("Reconcile failed", {{"namespace", run.key.ns},
                                              {options_.subject, run.key.name},
                                              {"reconcile", run.id},
                                              {"error", error.message},
                                              {"error_kind", name_of(error.kind)},
                                              {"retry_ms", wait.count()}});
}

}  // namespace runtime
