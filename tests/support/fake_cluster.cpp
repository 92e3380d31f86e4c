#include "tests/support/fake_cluster.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace support {
namespace {

using kube::json;

/// A test that asks for the impossible is wrong: say so and stop.
template <class T>
T must(Result<T> result) {
    if (!result) {
        std::cerr << "fake cluster: " << result.error().message << '\n';
        std::abort();
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

std::uint64_t number(const std::string& version) {
    std::uint64_t result = 0;
    std::from_chars(version.data(), version.data() + version.size(), result);
    return result;
}

Call call_of(Verb verb, const kube::Kind& kind, kube::ObjectKey key = {}, json object = nullptr) {
    return {.verb = verb, .kind = std::string(kind.kind), .key = std::move(key), .object = std::move(object)};
}

}  // namespace

FakeCluster::FakeCluster(Options options)
    : watches_wait_(options.watches_wait),
      keep_calls_(options.keep_calls),
      state_(std::move(options.time), std::move(options.defaults)) {}

FakeCluster::FakeCluster(Options options, const ClusterState& state)
    : watches_wait_(options.watches_wait),
      keep_calls_(options.keep_calls),
      state_(state, std::move(options.time), std::move(options.defaults)) {}

/// What nobody asks for is not copied: a request is made some million times in a simulation.
template <class T, class MakeCall, class Action>
Result<T> FakeCluster::request(const MakeCall& make_call, const std::stop_token& stop, const Action& action) {
    if (stop.stop_requested()) {
        return fail(ErrorKind::cancelled, "stopped");
    }
    if (!is_observed()) {
        const std::lock_guard lock(mutex_);
        return action();
    }
    Call call = make_call();
    Result<T> result = fail(ErrorKind::internal, {});
    auto refused = fault(call, Moment::before);
    {
        const std::lock_guard lock(mutex_);
        const std::uint64_t before = state_.version();
        result = refused ? tl::unexpected(std::move(*refused)) : action();
        call.changed = state_.version() != before;
        if (keep_calls_) {
            calls_.push_back(call);
        }
    }
    if (refused) {
        return result;
    }
    changed_.notify_all();
    if (auto lost = fault(call, Moment::after)) {
        return tl::unexpected(std::move(*lost));
    }
    return result;
}

/// Nobody waits in a watch, either.
bool FakeCluster::is_observed() const {
    const std::lock_guard lock(mutex_);
    return keep_calls_ || fault_ || watches_wait_;
}

std::optional<Error> FakeCluster::fault(const Call& call, Moment moment) {
    Fault ask;
    {
        const std::lock_guard lock(mutex_);
        ask = fault_;
    }
    return ask ? ask(call, moment) : std::nullopt;
}

Result<kube::Page> FakeCluster::list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                                     const std::string& continue_token, std::stop_token stop) {
    return request<kube::Page>(
        [&] { return call_of(Verb::list, kind); }, stop,
        [&] { return state_.page(kind, selection, static_cast<std::size_t>(limit), continue_token); });
}

Result<json> FakeCluster::create(const kube::Kind& kind, const json& object,
                                 const kube::CreateOptions& options, std::stop_token stop) {
    const Verb verb = options.dry_run ? Verb::dry_run : Verb::create;
    return request<json>([&] { return call_of(verb, kind, kube::key_of(object), object); }, stop,
                         [&] {
                             const FieldManager by{std::string(kube::kCreateFieldManager), "Update"};
                             return options.dry_run ? state_.would_create(kind, object, by)
                                                    : state_.create(kind, object, by);
                         });
}

Result<json> FakeCluster::apply(const kube::Kind& kind, const json& object, const kube::ApplyOptions& options,
                                std::stop_token stop) {
    const bool status = options.subresource == kube::Subresource::status;
    const Verb verb = status ? Verb::apply_status : Verb::apply;
    return request<json>(
        [&] { return call_of(verb, kind, kube::key_of(object), object); }, stop,
        [&] {
            return state_.apply(kind, object, {std::string(options.manager), "Apply", status ? "status" : ""},
                                options.force);
        });
}

Result<json> FakeCluster::patch(const kube::Kind& kind, const kube::ObjectKey& key, const json& changes,
                                const kube::PatchOptions& options, std::stop_token stop) {
    return request<json>([&] { return call_of(Verb::patch, kind, key, changes); }, stop,
                         [&] {
                             return state_.patch(kind, key, changes, options,
                                                 {std::string(kube::kFieldManager), "Update"});
                         });
}

Result<void> FakeCluster::remove(const kube::Kind& kind, const kube::ObjectKey& key,
                                 const kube::DeleteOptions& options, std::stop_token stop) {
    return request<void>([&] { return call_of(Verb::remove, kind, key); }, stop,
                         [&] { return state_.remove(kind, key, options); });
}

Result<void> FakeCluster::watch(const kube::Kind& kind, const kube::Selection& selection,
                                const std::string& resource_version,
                                const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) {
    const Call call = call_of(Verb::watch, kind);
    auto refused = fault(call, Moment::before);
    std::unique_lock lock(mutex_);
    if (keep_calls_) {
        calls_.push_back(call);
    }
    if (refused) {
        return tl::unexpected(std::move(*refused));
    }
    std::uint64_t told = number(resource_version);
    if (state_.has_expired(told)) {
        return fail(ErrorKind::expired, "too old resource version: " + resource_version);
    }
    const std::uint64_t drops = drops_;
    std::uint64_t bookmarks = watches_wait_ ? bookmarks_ : bookmarks_ - 1;
    ++watching_;
    Result<void> result;
    while (true) {
        auto events = state_.changes_since(kind, selection, told);
        if (!events) {
            result = tl::unexpected(std::move(events.error()));
            break;
        }
        if (std::exchange(bookmarks, bookmarks_) != bookmarks_) {
            events->push_back(state_.bookmark(kind));
        }
        told = state_.version();
        lock.unlock();
        for (kube::WatchEvent& event : *events) {
            on_event(std::move(event));
        }
        lock.lock();
        if (!watches_wait_) {
            break;
        }
        changed_.wait(lock, stop,
                      [&] { return drops != drops_ || bookmarks != bookmarks_ || told != state_.version(); });
        if (stop.stop_requested()) {
            result = fail(ErrorKind::cancelled, "stopped");
            break;
        }
        if (drops != drops_) {
            result = drop_error_ ? Result<void>(tl::unexpected(*drop_error_)) : Result<void>();
            break;
        }
    }
    --watching_;
    return result;
}

/// Changes the state as somebody else and wakes the watches.
template <class Action>
auto FakeCluster::change(const Action& action) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();  // they go on once this lock is released
    return action();
}

json FakeCluster::put(const kube::Kind& kind, const json& object, std::string_view manager) {
    return change(
        [&] { return must(state_.apply(kind, object, {std::string(manager), "Apply"}, /*force=*/true)); });
}

Result<json> FakeCluster::make(const kube::Kind& kind, const json& object, std::string_view manager) {
    return change([&] { return state_.create(kind, object, {std::string(manager), "Update"}); });
}

json FakeCluster::edit(const kube::Kind& kind, const kube::ObjectKey& key,
                       const std::function<void(json&)>& change_object, std::string_view manager) {
    return must(try_edit(kind, key, change_object, manager));
}

Result<json> FakeCluster::try_edit(const kube::Kind& kind, const kube::ObjectKey& key,
                                   const std::function<void(json&)>& change_object,
                                   std::string_view manager) {
    return change([&] { return state_.edit(kind, key, change_object, {std::string(manager), "Update"}); });
}

void FakeCluster::erase(const kube::Kind& kind, const kube::ObjectKey& key, kube::Dependents dependents) {
    change([&] { must(state_.remove(kind, key, {.dependents = dependents})); });
}

std::size_t FakeCluster::collect_garbage() {
    return change([&] { return state_.collect_garbage(); });
}

void FakeCluster::drop_watches(std::optional<Error> error) {
    change([&] {
        ++drops_;
        drop_error_ = std::move(error);
    });
}

void FakeCluster::send_bookmarks() {
    change([&] { ++bookmarks_; });
}

void FakeCluster::compact() {
    change([&] { state_.compact(); });
}

std::optional<json> FakeCluster::get(const kube::Kind& kind, const kube::ObjectKey& key) const {
    const Object object = find(kind, key);
    return object == nullptr ? std::nullopt : std::optional(*object);
}

std::vector<json> FakeCluster::all(const kube::Kind& kind) const {
    std::vector<json> result;
    for (const Object& object : view(kind)) {
        result.push_back(*object);
    }
    return result;
}

FakeCluster::Object FakeCluster::find(const kube::Kind& kind, const kube::ObjectKey& key) const {
    const std::lock_guard lock(mutex_);
    return state_.find(kind, key);
}

std::vector<FakeCluster::Object> FakeCluster::view(const kube::Kind& kind) const {
    const std::lock_guard lock(mutex_);
    return state_.all(kind);
}

std::uint64_t FakeCluster::version() const {
    const std::lock_guard lock(mutex_);
    return state_.version();
}

std::uint64_t FakeCluster::version(const kube::Kind& kind) const {
    const std::lock_guard lock(mutex_);
    return state_.version(kind);
}

bool FakeCluster::has_changes_since(const kube::Kind& kind, const kube::Selection& selection,
                                    std::uint64_t version) const {
    const std::lock_guard lock(mutex_);
    return state_.has_changes_since(kind, selection, version);
}

ClusterState FakeCluster::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void FakeCluster::set_fault(Fault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
}

void FakeCluster::set_admission(ClusterState::Admission admission) {
    const std::lock_guard lock(mutex_);
    state_.set_admission(std::move(admission));
}

void FakeCluster::set_validation(ClusterState::Validation validation) {
    const std::lock_guard lock(mutex_);
    state_.set_validation(std::move(validation));
}

void FakeCluster::set_on_gone(std::function<void(const kube::Kind&, const kube::json&)> told) {
    const std::lock_guard lock(mutex_);
    state_.set_on_gone(std::move(told));
}

std::vector<Call> FakeCluster::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::vector<Call> FakeCluster::writes() const {
    std::vector<Call> result = calls();
    std::erase_if(result, [](const Call& call) { return !call.writes(); });
    return result;
}

void FakeCluster::forget_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
}

std::size_t FakeCluster::watching() const {
    const std::lock_guard lock(mutex_);
    return watching_;
}

}  // namespace support
