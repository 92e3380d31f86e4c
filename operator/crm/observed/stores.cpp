#include "operator/crm/observed/stores.h"

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/observed/drift.h"
#include "operator/kube/json_fields.h"

#include <algorithm>

#include <fmt/format.h>

namespace crm {
namespace {

runtime::Projected project_instance(const kube::json& object) {
    const Identity identity = decode_identity(object);
    return {.owner = identity.key,
            .fields = projection(object),
            .wish = fmt::format("{}{}", identity.generation, identity.deleting ? " deleting" : "")};
}

/// Whether the garbage collector is about to take it. Pods are controlled by workloads, and what was to
/// outlive its owner is not given up.
bool goes_with_a_namesake(const ObservedObject& object, const Identity& instance) {
    return object.kind != kPod && !object.retained && !object.controller.empty() &&
           object.controller != instance.uid;
}

/// A claim that was deleted stays as long as a pod uses it, and is the volume that there is: unless it goes
/// with a namesake.
bool is_volume_at_hand(const ObservedObject& object, const Identity& instance) {
    return object.kind == kPersistentVolumeClaim &&
           (object.controller.empty() || object.controller == instance.uid);
}

runtime::Projected project_owned(const kube::Kind& kind, const kube::json& object) {
    return {.owner = {kube::key_of(object).ns, instance_of(object)}, .fields = projection(kind, object)};
}

/// An Event that is told again, with another count and time, is the same.
runtime::Projected project_event(const kube::Kind& about, const kube::json& event) {
    const kube::ObjectKey key = kube::key_of(event);
    return {.owner = {key.ns, instance_of_object(about, text_at(event, "/involvedObject/name"))},
            .fields = {{"uid", text_at(event, "/involvedObject/uid")}, {"ailment", ailment_of_event(event)}}};
}

}  // namespace

Stores::Stores(runtime::Controller& controller, const std::vector<kube::Kind>& owned_kinds)
    : instances_(project_instance, controller.on_change(kCrmInstance)) {
    std::vector<kube::Kind> kinds = owned_kinds;
    kinds.push_back(kPod);
    for (const kube::Kind& kind : kinds) {
        const auto project = [kind](const kube::json& object) { return project_owned(kind, object); };
        owned_.push_back({kind, std::make_unique<runtime::Store>(project, controller.on_change(kind))});
    }
    for (const kube::Kind& about : {kStatefulSet, kJob, kPersistentVolumeClaim}) {
        const auto project = [about](const kube::json& event) { return project_event(about, event); };
        events_.push_back({about, std::make_unique<runtime::Store>(project, controller.on_change(kEvent))});
    }
}

void Stores::watch(runtime::Controller& controller, const std::string& ns) {
    controller.watch(kCrmInstance, {.ns = ns}, instances_);
    for (const Owned& owned : owned_) {
        controller.watch(owned.kind, {.ns = ns, .label_selector = std::string(kManagedSelector)},
                         *owned.store);
    }
    for (const Events& events : events_) {
        controller.watch(
            kEvent,
            {.ns = ns,
             .field_selector = fmt::format("type=Warning,involvedObject.kind={}", events.about.kind)},
            *events.store);
    }
}

Observed Stores::observe(const Identity& instance, const std::string& claim_uid) const {
    Observed observed;
    for (const Owned& owned : owned_) {
        for (runtime::StoredObject& stored : owned.store->owned_by(instance.key)) {
            ObservedObject object = observed_object(owned.kind, std::move(stored));
            object.digest = accepted_.seen_as(instance.key, owned.kind, object.key.name, object.digest);
            const bool goes = object.uid != claim_uid && goes_with_a_namesake(object, instance);
            object.deleting = goes || (object.deleting && !is_volume_at_hand(object, instance));
            observed.objects.push_back(std::move(object));
        }
    }
    for (const Events& events : events_) {
        auto told = events.store->owned_by(instance.key);
        std::ranges::sort(told, {}, &runtime::StoredObject::resource_version);
        for (const runtime::StoredObject& stored : told) {  // the latest counts
            const kube::json& event = stored.fields;
            observed.told_by_events[event["uid"].get<std::string>()] = event["ailment"].get<Ailment>();
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

void Stores::observe_apply(const kube::Kind& kind, const kube::json& manifest, const kube::json& object) {
    const kube::ObjectKey key = kube::key_of(object);
    accepted_.remember({key.ns, instance_of(manifest)}, kind, key.name, live_digest(kind, object),
                       wanted_digest(kind, manifest));
    observe_write(kind, object);
}

void Stores::forget(const kube::ObjectKey& instance) {
    accepted_.forget(instance);
}

}  // namespace crm
