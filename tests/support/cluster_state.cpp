#include "tests/support/cluster_state.h"

#include "tests/support/label_selector.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

namespace support {
namespace {

using kube::json;

std::string id_of(const kube::Kind& kind) {
    return std::string(kind.plural) + "." + std::string(kind.group);
}

std::string describe(const kube::Kind& kind, const kube::ObjectKey& key) {
    return id_of(kind) + " \"" + kube::to_string(key) + "\"";
}

/// "type=Warning,involvedObject.kind=Job"
bool has_fields(const json& object, const std::string& selector) {
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
    const kube::ObjectKey key = kube::key_of(object);
    return (selection.ns.empty() || key.ns == selection.ns) &&
           (selection.name.empty() || key.name == selection.name) && *matching &&
           has_fields(object, selection.field_selector);
}

/// Held by who deletes an object but not what it owns, until the garbage collector has let those go.
constexpr const char* kOrphanFinalizer = "orphan";

bool has_finalizer(const json& object, std::string_view name) {
    const json finalizers = object["metadata"].value("finalizers", json::array());
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
}

bool has_finalizers(const json& object) {
    return !object["metadata"].value("finalizers", json::array()).empty();
}

bool is_owned_by(const json& object, const std::string& uid) {
    const json owners = object["metadata"].value("ownerReferences", json::array());
    return std::any_of(owners.begin(), owners.end(),
                       [&](const json& owner) { return owner.at("uid") == uid; });
}

/// Takes items out of a list, and the list when it is empty then.
template <class Condition>
void drop(json& parent, const char* list, Condition condition) {
    json& items = parent[list];
    items.erase(std::remove_if(items.begin(), items.end(), condition), items.end());
    if (items.empty()) {
        parent.erase(list);
    }
}

const FieldManager kGarbageCollector{"kube-controller-manager", "Update"};

/// What an apply may say: its status alone, or all but the status.
json relevant_part(json object, bool status) {
    if (!status) {
        object.erase("status");
        return object;
    }
    json part = json::object();
    part["status"] = object.value("status", json::object());
    return part;
}

std::optional<Error> failed_precondition(const json& live, const json& manifest) {
    const json& metadata = manifest["metadata"];
    for (const char* field : {"uid", "resourceVersion"}) {
        if (metadata.contains(field) && metadata[field] != live["metadata"][field]) {
            return Error{ErrorKind::conflict,
                         std::string("Operation cannot be fulfilled, precondition failed: ") + field};
        }
    }
    return std::nullopt;
}

std::string uid(std::uint64_t serial) {
    const std::string digits = std::to_string(serial);
    return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

/// Nobody can write what the server itself fills in.
void keep_identity(json& object, const json& live) {
    for (const char* field : {"name", "namespace", "uid", "resourceVersion", "generation",
                              "creationTimestamp", "deletionTimestamp"}) {
        if (live["metadata"].contains(field)) {
            object["metadata"][field] = live["metadata"][field];
        } else {
            object["metadata"].erase(field);
        }
    }
}

}  // namespace

ClusterState::ClusterState(Time time, Defaults defaults)
    : time_(std::move(time)), defaults_(std::move(defaults)) {}

ClusterState::ClusterState(const ClusterState& from, Time time, Defaults defaults)
    : time_(std::move(time)),
      defaults_(std::move(defaults)),
      kinds_(from.kinds_),
      pages_(from.pages_),
      version_(from.version_),
      compacted_(from.compacted_),
      uids_(from.uids_),
      tokens_(from.tokens_) {}

Result<json> ClusterState::create(const kube::Kind& kind, json object, const FieldManager& by) {
    const kube::ObjectKey key = kube::key_of(object);
    if (key.name.empty()) {
        return fail(ErrorKind::invalid, "metadata.name: required");
    }
    if (find(kind, key) != nullptr) {
        return fail(ErrorKind::conflict, describe(kind, key) + " already exists");
    }
    object.erase("status");
    if (auto refused = admit(kind, object)) {
        return tl::unexpected(std::move(*refused));
    }
    keep_identity(object, born(kind, key));
    return store_valid(kind, nullptr,
                       by.name.empty() ? std::move(object) : own_changes(nullptr, std::move(object), by));
}

Result<json> ClusterState::apply(const kube::Kind& kind, json object, const FieldManager& by, bool force) {
    const kube::ObjectKey key = kube::key_of(object);
    if (key.name.empty() || object.value("kind", "") != kind.kind ||
        object.value("apiVersion", "") != kind.api_version()) {
        return fail(ErrorKind::invalid, "apiVersion, kind and metadata.name are required in an apply");
    }
    const Object live = find(kind, key);
    if (live == nullptr && (!by.subresource.empty() || object["metadata"].contains("uid"))) {
        return fail(ErrorKind::not_found, describe(kind, key) + " not found");
    }
    if (live != nullptr) {
        if (auto error = failed_precondition(*live, object)) {
            return tl::unexpected(std::move(*error));
        }
    }
    const json before = live != nullptr ? *live : json();
    const json base = live != nullptr ? *live : born(kind, key);
    auto applied = apply_manifest(base, relevant_part(std::move(object), !by.subresource.empty()), by, force);
    if (!applied) {
        return applied;
    }
    keep_identity(*applied, base);
    if (auto refused = by.subresource.empty() ? admit(kind, *applied) : std::nullopt) {
        return tl::unexpected(std::move(*refused));
    }
    return by.subresource.empty() ? store_valid(kind, before, std::move(*applied))
                                  : store(kind, before, std::move(*applied));
}

Result<json> ClusterState::edit(const kube::Kind& kind, const kube::ObjectKey& key,
                                const std::function<void(json&)>& change, const FieldManager& by) {
    const Object live = find(kind, key);
    if (live == nullptr) {
        return fail(ErrorKind::not_found, describe(kind, key) + " not found");
    }
    json after = *live;
    change(after);
    keep_identity(after, *live);
    return store_valid(kind, *live,
                       by.name.empty() ? std::move(after) : own_changes(*live, std::move(after), by));
}

Result<json> ClusterState::patch(const kube::Kind& kind, const kube::ObjectKey& key, json changes,
                                 const kube::PatchOptions& options, const FieldManager& by) {
    const Object live = find(kind, key);
    if (live == nullptr) {
        return fail(ErrorKind::not_found, describe(kind, key) + " not found");
    }
    const json& metadata = (*live)["metadata"];
    if ((!options.uid.empty() && metadata["uid"] != options.uid) ||
        (!options.resource_version.empty() && metadata["resourceVersion"] != options.resource_version)) {
        return fail(ErrorKind::conflict,
                    "Operation cannot be fulfilled, precondition failed: " + describe(kind, key));
    }
    changes.erase("status");
    json after = *live;
    after.merge_patch(changes);
    keep_identity(after, *live);
    if (auto refused = admit(kind, after)) {
        return tl::unexpected(std::move(*refused));
    }
    return store_valid(kind, *live, own_changes(*live, std::move(after), by));
}

Result<void> ClusterState::remove(const kube::Kind& kind, const kube::ObjectKey& key,
                                  const kube::DeleteOptions& options) {
    const Object live = find(kind, key);
    if (live == nullptr) {
        return fail(ErrorKind::not_found, describe(kind, key) + " not found");
    }
    if (!options.uid.empty() && kube::uid_of(*live) != options.uid) {
        return fail(ErrorKind::conflict, "Precondition failed: uid of " + describe(kind, key));
    }
    const bool orphan = options.dependents == kube::Dependents::orphan;
    if (!has_finalizers(*live) && !orphan) {
        bury(kind, live);
        return {};
    }
    json deleting = *live;
    if (!deleting["metadata"].contains("deletionTimestamp")) {
        deleting["metadata"]["deletionTimestamp"] = time_();
    }
    if (orphan && !has_finalizer(deleting, kOrphanFinalizer)) {
        deleting["metadata"]["finalizers"].push_back(kOrphanFinalizer);
    }
    store(kind, *live, std::move(deleting));
    return {};
}

std::vector<ClusterState::Object> ClusterState::all(const kube::Kind& kind) const {
    std::vector<Object> result;
    if (const Objects* found = find_objects(kind)) {
        result.reserve(found->live.size());
        for (const auto& [key, object] : found->live) {
            result.push_back(object);
        }
    }
    return result;
}

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
    auto change = std::partition_point(of_kind->history.begin(), of_kind->history.end(),
                                       [&](const Change& c) { return c.version <= version; });
    for (; change != of_kind->history.end(); ++change) {
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

kube::WatchEvent ClusterState::bookmark(const kube::Kind& kind) const {
    return {kube::EventType::bookmark,
            {{"apiVersion", kind.api_version()},
             {"kind", kind.kind},
             {"metadata", {{"resourceVersion", std::to_string(version_)}}}}};
}

/// Deletes what only had owners that are gone, until nothing more goes, and what waited for its dependents to
/// be let go. Returns how many deletes it took.
std::size_t ClusterState::collect_garbage() {
    std::size_t removed = release_dependents();
    for (bool found = true; found;) {
        found = false;
        const std::set<std::string> alive = uids();
        for (auto& [id, kind] : kinds_) {
            const auto live = kind.live;
            for (const auto& [key, object] : live) {
                if (is_garbage(*object, alive) && !(*object)["metadata"].contains("deletionTimestamp")) {
                    (void)remove(kind.kind, key);
                    ++removed;
                    found = true;
                }
            }
        }
    }
    return removed;
}

/// Objects that were deleted without their dependents go once no object names them as its owner any more.
std::size_t ClusterState::release_dependents() {
    std::size_t released = 0;
    for (auto& [id, kind] : kinds_) {
        const auto live = kind.live;
        for (const auto& [key, object] : live) {
            if ((*object)["metadata"].contains("deletionTimestamp") &&
                has_finalizer(*object, kOrphanFinalizer)) {
                disown(kube::uid_of(*object));
                (void)edit(
                    kind.kind, key,
                    [](json& owner) {
                        drop(owner["metadata"], "finalizers",
                             [](const json& finalizer) { return finalizer == kOrphanFinalizer; });
                    },
                    kGarbageCollector);
                ++released;
            }
        }
    }
    return released;
}

void ClusterState::disown(const std::string& owner) {
    for (auto& [id, kind] : kinds_) {
        const auto live = kind.live;
        for (const auto& [key, object] : live) {
            if (!is_owned_by(*object, owner)) {
                continue;
            }
            (void)edit(
                kind.kind, key,
                [&](json& dependent) {
                    drop(dependent["metadata"], "ownerReferences",
                         [&](const json& reference) { return reference.at("uid") == owner; });
                },
                kGarbageCollector);
        }
    }
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

ClusterState::Objects& ClusterState::objects(const kube::Kind& kind) {
    return kinds_.try_emplace(id_of(kind), Objects{.kind = kind}).first->second;
}

const ClusterState::Objects* ClusterState::find_objects(const kube::Kind& kind) const {
    const auto found = kinds_.find(id_of(kind));
    return found == kinds_.end() ? nullptr : &found->second;
}

ClusterState::Object ClusterState::find(const kube::Kind& kind, const kube::ObjectKey& key) const {
    const Objects* of_kind = find_objects(kind);
    if (of_kind == nullptr) {
        return nullptr;
    }
    const auto found = of_kind->live.find(key);
    return found == of_kind->live.end() ? nullptr : found->second;
}

std::optional<Error> ClusterState::admit(const kube::Kind& kind, json& object) const {
    defaults_(kind, object);
    return admission_ ? admission_(kind, object) : std::nullopt;
}

/// A new object before anything is written to it.
json ClusterState::born(const kube::Kind& kind, const kube::ObjectKey& key) {
    return {
        {"apiVersion", kind.api_version()},
        {"kind", kind.kind},
        {"metadata",
         {{"name", key.name}, {"namespace", key.ns}, {"uid", uid(++uids_)}, {"creationTimestamp", time_()}}}};
}

Result<json> ClusterState::store_valid(const kube::Kind& kind, const json& before, json after) {
    if (auto invalid = validation_ ? validation_(kind, before, after) : std::nullopt) {
        return tl::unexpected(std::move(*invalid));
    }
    return store(kind, before, std::move(after));
}

/// Stores what a write made of an object, unless it made nothing new of it.
json ClusterState::store(const kube::Kind& kind, const json& before, json after) {
    if (before == after) {
        return after;
    }
    Objects& of_kind = objects(kind);
    const kube::ObjectKey key = kube::key_of(after);
    const Object old = find(kind, key);
    if (after.contains("spec") && (before.is_null() || before.value("spec", json()) != after["spec"])) {
        after["metadata"]["generation"] = after["metadata"].value("generation", 0) + 1;
    }
    after["metadata"]["resourceVersion"] = std::to_string(++version_);
    const auto stored = std::make_shared<const json>(after);
    of_kind.live[key] = stored;
    of_kind.changed = version_;
    of_kind.history.push_back({version_, old, stored, stored});
    if (after["metadata"].contains("deletionTimestamp") && !has_finalizers(after)) {
        bury(kind, stored);
    }
    return after;
}

void ClusterState::bury(const kube::Kind& kind, const Object& last) {
    Objects& of_kind = objects(kind);
    json shown = *last;
    shown["metadata"]["resourceVersion"] = std::to_string(++version_);
    of_kind.changed = version_;
    of_kind.live.erase(kube::key_of(*last));
    of_kind.history.push_back({version_, last, nullptr, std::make_shared<const json>(std::move(shown))});
}

std::set<std::string> ClusterState::uids() const {
    std::set<std::string> result;
    for (const auto& [id, kind] : kinds_) {
        for (const auto& [key, object] : kind.live) {
            result.insert(kube::uid_of(*object));
        }
    }
    return result;
}

bool ClusterState::is_garbage(const json& object, const std::set<std::string>& alive) const {
    const json owners = object["metadata"].value("ownerReferences", json::array());
    return !owners.empty() && std::none_of(owners.begin(), owners.end(), [&](const json& owner) {
        return alive.contains(owner.at("uid").get<std::string>());
    });
}

}  // namespace support
