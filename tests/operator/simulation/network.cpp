#include "tests/operator/simulation/network.h"

#include "operator/runtime/store.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace crm::simulation {

using kube::json;

namespace {

const kube::ObjectKey kNobody;
const json kNothing;

}  // namespace

std::uint64_t& Network::told(const kube::Kind& kind, const kube::Selection& selection) {
    const auto known = std::ranges::find_if(watched_, [&](const Watched& watched) {
        return watched.kind == kind.kind && watched.fields == selection.field_selector;
    });
    return known != watched_.end() ? known->told
                                   : watched_.emplace_back(kind.kind, selection.field_selector).told;
}

bool Network::is_behind(const kube::Kind& kind, const kube::Selection& selection) {
    std::uint64_t& known = told(kind, selection);
    if (!cluster_.has_changes_since(kind, selection, known)) {
        known = std::max(known, cluster_.version(kind));
        return false;
    }
    return true;
}

/// A deletion conflicts with nobody but a namesake of what was to be deleted, and a dry run with nobody.
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
    observer_({Verb::list, kind, kNobody, kNothing}, Answer::given);
    if (page && page->continue_token.empty() && selection.name.empty()) {
        told(kind, selection) = runtime::parse_resource_version(page->resource_version).value_or(0);
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
    std::uint64_t latest = runtime::parse_resource_version(resource_version).value_or(0);
    auto ended = cluster_.watch(
        kind, selection, resource_version,
        [&](kube::WatchEvent event) {
            const bool is_bookmark = event.type == kube::EventType::bookmark;
            if (left == 0 || (is_bookmark && (!bookmarked || cut))) {
                return;
            }
            --left;
            latest =
                runtime::parse_resource_version(kube::resource_version_of(event.object)).value_or(latest);
            on_event(std::move(event));
        },
        std::move(stop));
    observer_({Verb::watch, kind, kNobody, kNothing}, Answer::given);
    if (ended) {
        told(kind, selection) = cut ? latest : now;
    }
    return ended;
}

template <class T, class Action>
Result<T> Network::write(Request request, const Action& action) {
    const bool conflicts = request.verb != Verb::remove && request.verb != Verb::dry_run;
    if (happens(disturbance_.delay)) {
        meanwhile_();
    }
    if (happens(disturbance_.theft)) {
        thief_(request.kind, request.key);
    }
    if (happens(disturbance_.crash)) {
        throw Crash();
    }
    if (happens(disturbance_.failure)) {
        return tl::unexpected(some_error(conflicts));
    }
    const std::uint64_t before = cluster_.version();
    Result<T> result = action();
    request.changed = cluster_.version() != before;
    const Answer answer = happens(disturbance_.crash)     ? Answer::unheard
                          : happens(disturbance_.failure) ? Answer::lost
                                                          : Answer::given;
    observer_(request, answer);
    if (answer == Answer::unheard) {
        throw Crash();
    }
    return answer == Answer::lost ? Result<T>(tl::unexpected(some_error(conflicts))) : std::move(result);
}

Result<json> Network::create(const kube::Kind& kind, const json& object, const kube::CreateOptions& options,
                             std::stop_token stop) {
    const kube::ObjectKey key = kube::key_of(object);
    return write<json>({options.dry_run ? Verb::dry_run : Verb::create, kind, key, object},
                       [&] { return cluster_.create(kind, object, options, stop); });
}

Result<json> Network::apply(const kube::Kind& kind, const json& object, const kube::ApplyOptions& options,
                            std::stop_token stop) {
    const bool status = options.subresource == kube::Subresource::status;
    const kube::ObjectKey key = kube::key_of(object);
    return write<json>({status ? Verb::apply_status : Verb::apply, kind, key, object},
                       [&] { return cluster_.apply(kind, object, options, stop); });
}

Result<json> Network::patch(const kube::Kind& kind, const kube::ObjectKey& key, const json& changes,
                            const kube::PatchOptions& options, std::stop_token stop) {
    return write<json>({Verb::patch, kind, key, changes},
                       [&] { return cluster_.patch(kind, key, changes, options, stop); });
}

Result<void> Network::remove(const kube::Kind& kind, const kube::ObjectKey& key,
                             const kube::DeleteOptions& options, std::stop_token stop) {
    return write<void>({Verb::remove, kind, key, kNothing},
                       [&] { return cluster_.remove(kind, key, options, stop); });
}

}  // namespace crm::simulation
