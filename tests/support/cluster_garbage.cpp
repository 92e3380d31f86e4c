// The garbage collector of a fake cluster.
#include "tests/support/cluster_state.h"
#include "tests/support/finalizers.h"

#include <algorithm>

namespace support {
namespace {

using kube::json;

const FieldManager kGarbageCollector{"kube-controller-manager", "Update"};

bool is_owned_by(const json& object, const std::string& uid) {
    const json& owners = metadata_list(object, "ownerReferences");
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

}  // namespace

/// What is done to them then may change what there is.
template <class Condition>
std::vector<kube::ObjectKey> ClusterState::keys_where(const Objects& of_kind, const Condition& condition) {
    std::vector<kube::ObjectKey> keys;
    for (const auto& [key, object] : of_kind.live) {
        if (condition(*object)) {
            keys.push_back(key);
        }
    }
    return keys;
}

/// Deletes what only had owners that are gone, until nothing more goes, and what waited for its dependents to
/// be let go. Returns how many deletes it took.
std::size_t ClusterState::collect_garbage() {
    std::size_t removed = release_dependents();
    for (bool found = true; found;) {
        found = false;
        const Uids alive = uids();
        for (auto& [id, kind] : kinds_) {
            const auto garbage = keys_where(kind, [&](const json& object) {
                return is_garbage(object, alive) && !object["metadata"].contains("deletionTimestamp");
            });
            for (const kube::ObjectKey& key : garbage) {
                (void)remove(kind.kind, key);
                ++removed;
                found = true;
            }
        }
    }
    return removed;
}

/// Objects that were deleted without their dependents go once no object names them as its owner any more.
std::size_t ClusterState::release_dependents() {
    std::size_t released = 0;
    for (auto& [id, kind] : kinds_) {
        const auto waiting = keys_where(kind, [](const json& object) {
            return object["metadata"].contains("deletionTimestamp") &&
                   has_finalizer(object, kOrphanFinalizer);
        });
        for (const kube::ObjectKey& key : waiting) {
            disown(kube::uid_of(*find(kind.kind, key)));
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
    return released;
}

void ClusterState::disown(const std::string& owner) {
    for (auto& [id, kind] : kinds_) {
        const auto dependents =
            keys_where(kind, [&](const json& object) { return is_owned_by(object, owner); });
        for (const kube::ObjectKey& key : dependents) {
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

ClusterState::Uids ClusterState::uids() const {
    Uids result;
    for (const auto& [id, kind] : kinds_) {
        for (const auto& [key, object] : kind.live) {
            result.insert((*object)["metadata"]["uid"].get_ref<const std::string&>());
        }
    }
    return result;
}

bool ClusterState::is_garbage(const json& object, const Uids& alive) const {
    const json& owners = metadata_list(object, "ownerReferences");
    return !owners.empty() && std::none_of(owners.begin(), owners.end(), [&](const json& owner) {
        return alive.contains(owner.at("uid").get_ref<const std::string&>());
    });
}

}  // namespace support
