#include "tests/support/cluster_state.h"

#include "tests/support/finalizers.h"

#include <algorithm>

namespace support {
namespace {

using kube::json;

std::string id_of(const kube::Kind& kind) {
    return std::string(kind.plural) + "." + std::string(kind.group);
}

std::string describe(const kube::Kind& kind, const kube::ObjectKey& key) {
    return id_of(kind) + " \"" + kube::to_string(key) + "\"";
}

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

std::optional<Error> invalid_owner(const json& object) {
    for (const json& owner : object["metadata"].value("ownerReferences", json::array())) {
        for (const char* field : {"apiVersion", "kind", "name", "uid"}) {
            if (owner.value(field, "").empty()) {
                return Error{ErrorKind::invalid,
                             std::string("metadata.ownerReferences.") + field + ": must not be empty"};
            }
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

Result<json> ClusterState::would_create(const kube::Kind& kind, json object, const FieldManager& by) const {
    return ClusterState(*this).create(kind, std::move(object), by);
}

Result<json> ClusterState::apply(const kube::Kind& kind, json object, const FieldManager& by, bool force) {
    const kube::ObjectKey key = kube::key_of(object);
    if (key.name.empty() || object.value("kind", "") != kind.kind ||
        object.value("apiVersion", "") != kind.api_version()) {
        return fail(ErrorKind::invalid, "apiVersion, kind and metadata.name are required in an apply");
    }
    const Object live = find(kind, key);
    if (live == nullptr && object["metadata"].contains("uid")) {
        return fail(ErrorKind::conflict, "uid mismatch: there is no " + describe(kind, key));
    }
    if (live == nullptr && !by.subresource.empty()) {
        return fail(ErrorKind::not_found, describe(kind, key) + " not found");
    }
    if (live != nullptr) {
        if (auto error = failed_precondition(*live, object)) {
            return tl::unexpected(std::move(*error));
        }
    }
    const json fresh = live != nullptr ? json() : born(kind, key);
    const json& base = live != nullptr ? *live : fresh;
    auto applied = apply_manifest(base, relevant_part(std::move(object), !by.subresource.empty()), by, force);
    if (!applied) {
        return applied;
    }
    static const json kNothing;
    const json& before = live != nullptr ? *live : kNothing;
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

ClusterState::Objects& ClusterState::objects(const kube::Kind& kind) {
    return kinds_.try_emplace(Id{kind.group, kind.plural}, Objects{.kind = kind}).first->second;
}

const ClusterState::Objects* ClusterState::find_objects(const kube::Kind& kind) const {
    const auto found = kinds_.find(Id{kind.group, kind.plural});
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
    if (auto invalid = invalid_owner(after)) {
        return tl::unexpected(std::move(*invalid));
    }
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
    if (after.contains("spec") && (!before.contains("spec") || before["spec"] != after["spec"])) {
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
    if (on_gone_) {
        on_gone_(kind, *last);
    }
}

}  // namespace support
