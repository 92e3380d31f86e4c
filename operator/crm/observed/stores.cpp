#include "operator/crm/observed/stores.h"

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"

namespace crm {
namespace {

runtime::Projected project_instance(const kube::json& object) {
    return {.owner = kube::key_of(object), .fields = projection(object)};
}

/// Whether the garbage collector is about to take it. Pods are controlled by workloads, and what was to
/// outlive its owner is not given up.
bool goes_with_a_namesake(const ObservedObject& object, const Identity& instance) {
    return object.kind != kPod && !object.retained && !object.controller.empty() &&
           object.controller != instance.uid;
}

runtime::Projected project_owned(const kube::Kind& kind, const kube::json& object) {
    return {.owner = {kube::key_of(object).ns, instance_of(object)}, .fields = projection(kind, object)};
}

}  // namespace

Stores::Stores(const runtime::Store::OnChange& on_change, const std::vector<kube::Kind>& owned_kinds)
    : instances_(project_instance, on_change) {
    std::vector<kube::Kind> kinds = owned_kinds;
    kinds.push_back(kPod);
    for (const kube::Kind& kind : kinds) {
        const auto project = [kind](const kube::json& object) { return project_owned(kind, object); };
        owned_.push_back({kind, std::make_unique<runtime::Store>(project, on_change)});
    }
}

void Stores::watch(runtime::Controller& controller, const std::string& ns) {
    controller.watch(kCrmInstance, {.ns = ns}, instances_);
    for (const Owned& owned : owned_) {
        controller.watch(owned.kind, {.ns = ns, .label_selector = std::string(kManagedSelector)},
                         *owned.store);
    }
}

Observed Stores::observe(const Identity& instance) const {
    Observed observed;
    for (const Owned& owned : owned_) {
        for (const runtime::StoredObject& stored : owned.store->owned_by(instance.key)) {
            ObservedObject object = observed_object(owned.kind, stored);
            object.deleting |= goes_with_a_namesake(object, instance);
            observed.objects.push_back(std::move(object));
        }
    }
    return observed;
}

void Stores::observe_write(const kube::Kind& kind, const kube::json& object) {
    for (const Owned& owned : owned_) {
        if (owned.kind == kind) {
            owned.store->observe_write(object);
        }
    }
}

}  // namespace crm
