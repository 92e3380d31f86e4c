// What lists and watches tell of a fake cluster.
#include "tests/support/cluster_state.h"
#include "tests/support/label_selector.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

namespace support {
namespace {

using kube::json;

/// "type=Warning,involvedObject.kind=Job"
bool has_fields(const json& object, const std::string& selector) {
    if (selector.empty()) {
        return true;
    }
    std::istringstream terms(selector);
    for (std::string term; std::getline(terms, term, ',');) {
        std::string path = "/" + term.substr(0, term.find('='));
        std::ranges::replace(path, '.', '/');
        const json::json_pointer at(path);
        if (!object.contains(at) || object[at] != term.substr(term.find('=') + 1)) {
            return false;
        }
    }
    return true;
}

bool selects(const kube::Selection& selection, const json& object) {
    const auto matching = matches(selection.label_selector, object);
    if (!matching) {
        std::cerr << matching.error().message << '\n';
        std::abort();
    }
    const json& metadata = object.at("metadata");
    return (selection.ns.empty() || metadata.value("namespace", "") == selection.ns) &&
           (selection.name.empty() || metadata.at("name") == selection.name) && *matching &&
           has_fields(object, selection.field_selector);
}

}  // namespace

std::uint64_t ClusterState::version(const kube::Kind& kind) const {
    const Objects* found = find_objects(kind);
    return found == nullptr ? 0 : found->changed;
}

Result<kube::Page> ClusterState::page(const kube::Kind& kind, const kube::Selection& selection,
                                      std::size_t limit, const std::string& continue_token) {
    Snapshot snapshot{.items = {}, .version = version_};
    if (continue_token.empty()) {
        std::vector<Object> selected;
        for (const auto& [key, object] : objects(kind).live) {
            if (selects(selection, *object)) {
                selected.push_back(object);
            }
        }
        snapshot.items = std::make_shared<const std::vector<Object>>(std::move(selected));
    } else if (const auto found = pages_.find(continue_token); found != pages_.end()) {
        snapshot = found->second;
    } else {
        return fail(ErrorKind::expired, "The provided continue parameter is too old");
    }
    const std::size_t total = snapshot.items->size();
    const std::size_t end = limit == 0 ? total : std::min(snapshot.position + limit, total);
    kube::Page page;
    page.resource_version = std::to_string(snapshot.version);
    for (; snapshot.position < end; ++snapshot.position) {
        page.items.push_back(*(*snapshot.items)[snapshot.position]);
    }
    if (end < total) {
        page.continue_token = std::to_string(++tokens_);
        pages_.emplace(page.continue_token, std::move(snapshot));
    }
    return page;
}

Result<std::vector<kube::WatchEvent>> ClusterState::changes_since(const kube::Kind& kind,
                                                                  const kube::Selection& selection,
                                                                  std::uint64_t version) const {
    std::vector<kube::WatchEvent> events;
    const Objects* of_kind = find_objects(kind);
    if (of_kind == nullptr) {
        return events;
    }
    if (version < of_kind->compacted) {
        return fail(ErrorKind::expired, "too old resource version: " + std::to_string(version));
    }
    for (auto change = first_after(*of_kind, version); change != of_kind->history.end(); ++change) {
        const bool was = change->before != nullptr && selects(selection, *change->before);
        const bool is = change->after != nullptr && selects(selection, *change->after);
        if (was || is) {
            events.push_back({!was ? kube::EventType::added
                              : is ? kube::EventType::modified
                                   : kube::EventType::deleted,
                              *change->shown});
        }
    }
    return events;
}

bool ClusterState::has_changes_since(const kube::Kind& kind, const kube::Selection& selection,
                                     std::uint64_t version) const {
    const Objects* of_kind = find_objects(kind);
    if (of_kind == nullptr || of_kind->changed <= version) {
        return false;
    }
    const auto first = first_after(*of_kind, version);
    return version < of_kind->compacted ||
           std::any_of(
               first, of_kind->history.end(),
               [&](const Change& change) {
                   return (change.before != nullptr && selects(selection, *change.before)) ||
                          (change.after != nullptr && selects(selection, *change.after));
               });
}

std::deque<ClusterState::Change>::const_iterator ClusterState::first_after(const Objects& of_kind,
                                                                           std::uint64_t version) {
    return std::partition_point(of_kind.history.begin(), of_kind.history.end(),
                                [&](const Change& change) { return change.version <= version; });
}

kube::WatchEvent ClusterState::bookmark(const kube::Kind& kind) const {
    return {kube::EventType::bookmark,
            {{"apiVersion", kind.api_version()},
             {"kind", kind.kind},
             {"metadata", {{"resourceVersion", std::to_string(version_)}}}}};
}

void ClusterState::compact() {
    compacted_ = version_;
    pages_.clear();
    for (auto& [id, kind] : kinds_) {
        if (!kind.history.empty()) {
            kind.compacted = kind.history.back().version;
            kind.history.clear();
        }
    }
}

}  // namespace support
