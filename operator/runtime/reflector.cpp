#include "operator/runtime/reflector.h"

#include "common/log.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <utility>

namespace runtime {
namespace {

/// A watch that says nothing and ends within this time is no watch: going on at once would be a hot loop.
constexpr Duration kShortWatch{1000};

void sleep(Duration duration, std::stop_token stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace

Reflector::Reflector(kube::Client& client, const kube::Kind& kind, kube::Selection selection, Store& store,
                     Environment environment, ReflectorMetrics metrics, Options options)
    : client_(client),
      kind_(kind),
      selection_(std::move(selection)),
      store_(store),
      environment_(std::move(environment)),
      metrics_(metrics),
      options_(std::move(options)) {}

Duration Reflector::step(std::stop_token stop) {
    const auto wait = request(stop);
    metrics_.objects.Set(static_cast<double>(store_.size()));
    if (wait) {
        return *wait;
    }
    return stop.stop_requested() ? Duration{0} : failed(wait.error());
}

void Reflector::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        if (const Duration wait = step(stop); wait > Duration{0}) {
            sleep(wait, stop);
        }
    }
}

Reflector::Status Reflector::status() const {
    const std::lock_guard lock(status_mutex_);
    return status_;
}

/// The last catch: what an object of the cluster provokes must not end the process.
Result<Duration> Reflector::request(std::stop_token stop) {
    try {
        return state_ == State::watching ? watch(stop) : list(stop);
    } catch (const std::exception& exception) {
        return fail(ErrorKind::internal, exception.what());
    }
}

Result<Duration> Reflector::list(std::stop_token stop) {
    if (state_ == State::empty) {
        store_.begin_list();
        continue_token_.clear();
        metrics_.lists.Increment();
        enter(State::listing);
    }
    auto page = client_.list(kind_, selection_, options_.page_size, continue_token_, stop);
    if (!page) {
        return tl::unexpected(std::move(page.error()));
    }
    succeeded();
    store_.add_page(page->items);
    continue_token_ = std::move(page->continue_token);
    if (!continue_token_.empty()) {
        return Duration{0};
    }
    const auto version = parse_resource_version(page->resource_version);
    if (!version) {
        return fail(ErrorKind::internal,
                    "the list has no number as resourceVersion: '" + page->resource_version + "'");
    }
    version_ = std::move(page->resource_version);
    progressed_ = false;
    store_.end_list(*version);
    enter(State::watching);
    options_.on_listed();
    return Duration{0};
}

Result<Duration> Reflector::watch(std::stop_token stop) {
    metrics_.watches.Increment();
    told_ = false;
    const TimePoint began = environment_.now();
    auto ended = client_.watch(
        kind_, selection_, version_, [this](const kube::WatchEvent& event) { on_event(event); }, stop);
    if (!ended) {
        return tl::unexpected(std::move(ended.error()));
    }
    if (!told_ && environment_.now() - began < kShortWatch) {
        return next_backoff();
    }
    succeeded();
    return Duration{0};
}

void Reflector::on_event(const kube::WatchEvent& event) {
    switch (event.type) {
        case kube::EventType::added:
        case kube::EventType::modified:
            store_.upsert(event.object);
            break;
        case kube::EventType::deleted:
            store_.erase(event.object);
            break;
        case kube::EventType::bookmark:
            break;
    }
    std::string version = kube::resource_version_of(event.object);
    if (const auto number = parse_resource_version(version)) {
        store_.advance(*number);
        version_ = std::move(version);
        progressed_ = true;
    }
    if (!std::exchange(told_, true)) {
        succeeded();
    }
    metrics_.objects.Set(static_cast<double>(store_.size()));
}

Duration Reflector::failed(const Error& error) {
    metrics_.errors.Increment();
    const bool was_watching = state_ == State::watching;
    // What cannot be understood is not asked for again: a full list gets past it.
    const bool start_over = error.kind == ErrorKind::expired || error.kind == ErrorKind::invalid ||
                            error.kind == ErrorKind::internal;
    // A resume point grows old in the normal course of things; only a list that is too old at once is
    // trouble.
    const bool at_once = error.kind == ErrorKind::expired && was_watching && progressed_;
    const Duration wait =
        at_once ? Duration{0} : std::max(next_backoff(), error.retry_after.value_or(Duration{0}));
    if (start_over) {
        enter(State::empty);
    }
    {
        const std::lock_guard lock(status_mutex_);
        status_.last_error = error.message;
    }
    common::log::warning(was_watching ? "Watch failed" : "List failed", {{"kind", kind_.kind},
                                                                         {"error", error.message},
                                                                         {"error_kind", name_of(error.kind)},
                                                                         {"retry_ms", wait.count()}});
    return wait;
}

void Reflector::enter(State state) {
    const bool begins_list = state == State::listing;
    const bool restart = begins_list && std::exchange(listed_before_, true);
    state_ = state;
    const std::lock_guard lock(status_mutex_);
    status_.state = state;
    status_.synced = status_.synced || state == State::watching;
    status_.restarts += restart ? 1 : 0;
}

void Reflector::succeeded() {
    const std::lock_guard lock(status_mutex_);
    status_.last_error.clear();
}

}  // namespace runtime
