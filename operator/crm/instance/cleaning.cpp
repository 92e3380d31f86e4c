#include "operator/crm/instance/cleaning.h"

#include "operator/crm/observed/drift.h"

#include <string>
#include <utility>

namespace crm {
namespace {

using kube::json;

bool has_foreign_owner(const Identity& instance, const ObservedObject& observed) {
    const bool of_a_namesake = !observed.controller.empty() && observed.controller != instance.uid;
    return observed.stranger_controls ||
           (holds_data(observed.kind) && (observed.has_stranger || of_a_namesake));
}

/// What remains: the list is replaced as a whole. An owner that is not there yet is left to apply, since what
/// a patch wrote, no later apply could remove.
json rightful_owners(const Identity& instance, const DesiredObject& desired, const ObservedObject& observed) {
    const json& metadata = desired.manifest["metadata"];
    return observed.controller == instance.uid && metadata.contains("ownerReferences")
               ? metadata["ownerReferences"]
               : json();
}

}  // namespace

std::optional<Action> clean(const Identity& instance, const DesiredObject& desired,
                            const ObservedObject& observed) {
    json metadata = json::object();
    if (has_foreign_owner(instance, observed)) {
        metadata["ownerReferences"] = rightful_owners(instance, desired, observed);
    }
    for (const std::string& label : observed.former_labels) {
        metadata["labels"][label] = nullptr;
    }
    if (metadata.empty()) {
        return std::nullopt;
    }
    return Action{.verb = Verb::patch,
                  .kind = observed.kind,
                  .key = observed.key,
                  .object = json::object({{"metadata", std::move(metadata)}}),
                  .uid = observed.uid,
                  .resource_version = std::to_string(observed.resource_version)};
}

}  // namespace crm
