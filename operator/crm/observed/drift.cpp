#include "operator/crm/observed/drift.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/kube/client.h"
#include "operator/kube/field_ownership.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace crm {
namespace {

using kube::json;

/// What is put back of objects that the operator does not make by apply, besides our labels, our annotations
/// and our owner reference. The rest stays as it is, whoever wrote it.
struct Kept {
    const kube::Kind& kind;
    std::vector<const char*> fields;
    bool holds_data = false;
};
const std::array<Kept, 3> kKept{{{kServiceAccount, {"/automountServiceAccountToken"}},
                                 {kSecret, {"/data/email", "/data/username", "/data/database"}, true},
                                 {kPersistentVolumeClaim, {}, true}}};

const Kept* kept_of(const kube::Kind& kind) {
    const auto* const found =
        std::find_if(kKept.begin(), kKept.end(), [&](const Kept& kept) { return kept.kind == kind; });
    return found != kKept.end() ? found : nullptr;
}

/// The members of an object's map that have a key of the other.
json common_members(const json& members, const json& keys) {
    json result = json::object();
    for (const auto& [key, value] : keys.items()) {
        if (const auto found = members.find(key); found != members.end()) {
            result[key] = *found;
        }
    }
    return result;
}

json kept_labels(const Kept& kept, const json& object) {
    json labels = own_labels(object);
    return kept.holds_data ? common_members(labels, selector_labels("", Component::database)) : labels;
}

json kept_annotations(const Kept& kept, const json& object) {
    return kept.holds_data ? common_members(kube::object_at(object, "/metadata/annotations"),
                                            keeping_annotations(DeletionPolicy::retain))
                           : json::object();
}

json kept_fields(const Kept& kept, const json& object) {
    json owners = json::array();
    for (const json& owner : kube::list_at(object, "/metadata/ownerReferences")) {
        if (owner.value("kind", "") == kCrmInstance.kind) {
            owners.push_back(owner);
        }
    }
    json result = json::object({{"labels", kept_labels(kept, object)},
                                {"annotations", kept_annotations(kept, object)},
                                {"owners", std::move(owners)}});
    for (const char* field : kept.fields) {
        result[field] = kube::value_at(object, field);
    }
    return result;
}

}  // namespace

bool holds_data(const kube::Kind& kind) {
    const Kept* kept = kept_of(kind);
    return kept != nullptr && kept->holds_data;
}

std::uint64_t live_digest(const kube::Kind& kind, const json& object) {
    if (const Kept* kept = kept_of(kind)) {
        return kube::digest(kept_fields(*kept, object));
    }
    // Servers older than 1.34 write `creationTimestamp: null` into claim templates.
    return kube::content_digest(kube::owned_fields(object, kube::kFieldManager));
}

std::uint64_t wanted_digest(const kube::Kind& kind, const json& manifest) {
    if (const Kept* kept = kept_of(kind)) {
        return kube::digest(kept_fields(*kept, manifest));
    }
    return kube::content_digest(manifest);
}

}  // namespace crm
