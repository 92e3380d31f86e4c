#include "operator/crm/observed/stores.h"

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/observed/drift.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

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

/// The Warning Events that tell why an object waits which does not tell itself. One watch each, since
/// selectors know no alternatives; of the many that there are about pods, which tell the rest themselves,
/// only two.
constexpr std::array kTelling{"reason=FailedCreate", "involvedObject.kind=PersistentVolumeClaim",
                              "involvedObject.kind=Pod,reason=FailedAttachVolume",
                              "involvedObject.kind=Pod,reason=FailedMount"};

/// What an Event is about; null for what is none of an instance's.
const kube::Kind* involved_kind(const kube::json& event) {
    static constexpr std::array kInvolved{&kStatefulSet, &kJob, &kPersistentVolumeClaim, &kPod};
    const std::string name = text_at(event, "/involvedObject/kind");
    const auto* const found =
        std::ranges::find_if(kInvolved, [&](const kube::Kind* kind) { return kind->kind == name; });
    return found != kInvolved.end() ? *found : nullptr;
}

/// An Event that is told again, with another count, is the same; with another time, too, where that is not
/// asked. Of a StatefulSet it is: what is less than ten seconds is left out: an Event is repeated many times
/// in its first moments, and then less and less often.
runtime::Projected project_event(const kube::json& event) {
    constexpr std::string_view kTenSeconds = "2030-01-01T00:00:0";
    const kube::Kind* about = involved_kind(event);
    if (about == nullptr) {
        return {};
    }
    kube::json fields = {{"uid", text_at(event, "/involvedObject/uid")},
                         {"ailment", ailment_of_event(event)}};
    if (*about == kStatefulSet) {
        fields["at"] = time_of_event(event).substr(0, kTenSeconds.size());
    }
    return {
        .owner = {kube::key_of(event).ns, instance_of_object(*about, text_at(event, "/involvedObject/name"))},
        .fields = std::move(fields)};
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
    for (const char* const telling : kTelling) {
        events_.push_back({fmt::format("type=Warning,{}", telling),
                           std::make_unique<runtime::Store>(project_event, controller.on_change(kEvent))});
    }
}

void Stores::watch(runtime::Controller& controller, const std::string& ns) {
    controller.watch(kCrmInstance, {.ns = ns}, instances_);
    for (const Owned& owned : owned_) {
        controller.watch(owned.kind, {.ns = ns, .label_selector = std::string(kManagedSelector)},
                         *owned.store);
    }
    for (const Events& events : events_) {
        controller.watch(kEvent, {.ns = ns, .field_selector = events.field_selector}, *events.store);
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
            observed.told_by_events[event["uid"].get<std::string>()] = {event["ailment"].get<Ailment>(),
                                                                        event.value("at", "")};
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
