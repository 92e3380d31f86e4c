#include "tests/operator/simulation/network.h"

#include "operator/runtime/store.h"

#include <array>
#include <optional>
#include <vector>

namespace crm::simulation {

using kube::json;

namespace {

Call call_of(Verb verb, const kube::Kind& kind, const kube::ObjectKey& key = {},
             const json& object = nullptr) {
    return {.verb = verb, .kind = std::string(kind.kind), .key = key, .object = object};
}

}  // namespace

bool Network::is_behind(const kube::Kind& kind) const {
    const auto told = told_.find(kind.kind);
    return cluster_.version(kind) > (told == told_.end() ? 0 : told->second);
}

/// A deletion conflicts with nobody but a namesake of what was to be deleted.
Error Network::some_error(bool conflicts) {
    constexpr std::array kKinds{ErrorKind::unavailable, ErrorKind::throttled, ErrorKind::timeout,
                                ErrorKind::conflict};
    Error error{kKinds.at(scheduler_.chance().draw(conflicts ? 4 : 3)), "disturbed"};
    if (error.kind == ErrorKind::throttled) {
        error.retry_after = std::chrono::seconds(1 + scheduler_.chance().draw(5));
    }
    return error;
}

Result<kube::Page> Network::list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                                 const std::string& continue_token, std::stop_token stop) {
    if (happens(disturbance_.failure)) {
        return tl::unexpected(some_error());
    }
    auto page = cluster_.list(kind, selection, limit, continue_token, std::move(stop));
    observer_(call_of(Verb::list, kind), Answer::given);
    if (page && page->continue_token.empty() && selection.name.empty()) {
        told_[kind.kind] = runtime::parse_resource_version(page->resource_version).value_or(0);
    }
    return page;
}

/// A part of the events may be told now and the rest by the next watch; a bookmark comes now and then.
Result<void> Network::watch(const kube::Kind& kind, const kube::Selection& selection,
                            const std::string& resource_version,
                            const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) {
    if (happens(disturbance_.failure)) {
        return tl::unexpected(some_error());
    }
    const bool cut = happens(disturbance_.cut);
    const bool bookmarked = scheduler_.chance().one_in(2);
    std::size_t left = cut ? scheduler_.chance().draw(4) : SIZE_MAX;
    const std::uint64_t now = cluster_.version();
    std::uint64_t told = runtime::parse_resource_version(resource_version).value_or(0);
    auto ended = cluster_.watch(
        kind, selection, resource_version,
        [&](kube::WatchEvent event) {
            const bool is_bookmark = event.type == kube::EventType::bookmark;
            if (left == 0 || (is_bookmark && (!bookmarked || cut))) {
                return;
            }
            --left;
            told = runtime::parse_resource_version(kube::resource_version_of(event.object)).value_or(told);
            on_event(std::move(event));
        },
        std::move(stop));
    observer_(call_of(Verb::watch, kind), Answer::given);
    if (ended) {
        told_[kind.kind] = cut ? told : now;
    }
    return ended;
}

template <class T, class Action>
Result<T> Network::write(Call call, const Action& action) {
    const bool conflicts = call.verb != Verb::remove;
    if (happens(disturbance_.crash)) {
        throw Crash();
    }
    if (happens(disturbance_.failure)) {
        return tl::unexpected(some_error(conflicts));
    }
    const std::uint64_t before = cluster_.version();
    Result<T> result = action();
    call.changed = cluster_.version() != before;
    const Answer answer = happens(disturbance_.crash)     ? Answer::unheard
                          : happens(disturbance_.failure) ? Answer::lost
                                                          : Answer::given;
    observer_(call, answer);
    if (answer == Answer::unheard) {
        throw Crash();
    }
    return answer == Answer::lost ? Result<T>(tl::unexpected(some_error(conflicts))) : std::move(result);
}

Result<json> Network::create(const kube::Kind& kind, const json& object, std::stop_token stop) {
    return write<json>(call_of(Verb::create, kind, kube::key_of(object), object),
                       [&] { return cluster_.create(kind, object, stop); });
}

Result<json> Network::apply(const kube::Kind& kind, const json& object, const kube::ApplyOptions& options,
                            std::stop_token stop) {
    const bool status = options.subresource == kube::Subresource::status;
    return write<json>(call_of(status ? Verb::apply_status : Verb::apply, kind, kube::key_of(object), object),
                       [&] { return cluster_.apply(kind, object, options, stop); });
}

Result<json> Network::patch(const kube::Kind& kind, const kube::ObjectKey& key, const json& changes,
                            const kube::PatchOptions& options, std::stop_token stop) {
    return write<json>(call_of(Verb::patch, kind, key, changes),
                       [&] { return cluster_.patch(kind, key, changes, options, stop); });
}

Result<void> Network::remove(const kube::Kind& kind, const kube::ObjectKey& key,
                             const kube::DeleteOptions& options, std::stop_token stop) {
    return write<void>(call_of(Verb::remove, kind, key),
                       [&] { return cluster_.remove(kind, key, options, stop); });
}

}  // namespace crm::simulation
