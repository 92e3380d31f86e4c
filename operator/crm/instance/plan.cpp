#include "operator/crm/instance/plan.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/instance/carry_over.h"
#include "operator/crm/instance/cleaning.h"
#include "operator/crm/observed/drift.h"

#include <algorithm>
#include <cstdlib>

namespace crm {
namespace {

using kube::json;

Action action(Verb verb, const DesiredObject& desired) {
    return {.verb = verb,
            .kind = desired.kind,
            .key = kube::key_of(desired.manifest),
            .object = desired.manifest,
            .taken_back = desired.manifest};
}

Action apply(const DesiredObject& desired, bool force) {
    Action result = action(Verb::apply, desired);
    result.force = force;
    return result;
}

Action remove(const ObservedObject& object, Verb verb = Verb::remove) {
    return {.verb = verb, .kind = object.kind, .key = object.key, .object = nullptr, .uid = object.uid};
}

/// Whom it is about, and nothing else.
json identity_of(const json& manifest) {
    json metadata = json::object();
    for (const char* field : {"name", "namespace"}) {
        metadata[field] = manifest["metadata"][field];
    }
    return json::object({{"apiVersion", manifest["apiVersion"]},
                         {"kind", manifest["kind"]},
                         {"metadata", std::move(metadata)}});
}

/// What has a password may come to outlive the instance: its owner is left to apply, since what create
/// wrote, no later apply could remove.
void plan_new_secret(const DesiredObject& desired, std::vector<Action>& actions) {
    Action create = action(Verb::create, desired);
    const bool owned = create.object["metadata"].erase("ownerReferences") > 0;
    create.object["data"][kPasswordKey] = desired.password;
    actions.push_back(std::move(create));
    if (owned) {
        actions.push_back(apply(desired, true));
    }
}

/// Nothing but its labels can be changed, and its annotations say what it was made for.
Action create_once(const DesiredObject& desired) {
    Action create = action(Verb::create, desired);
    create.taken_back = identity_of(desired.manifest);
    create.taken_back["metadata"]["labels"] = desired.manifest["metadata"]["labels"];
    return create;
}

void plan_new(const DesiredObject& desired, bool database_is_ready, std::vector<Action>& actions) {
    switch (desired.write) {
        case Write::apply:
            actions.push_back(apply(desired, false));
            return;
        case Write::create:
            if (!desired.password.empty()) {
                return plan_new_secret(desired, actions);
            }
            actions.push_back(action(Verb::create, desired));
            return;
        case Write::create_once:
            actions.push_back(create_once(desired));
            return;
        case Write::adopt:
            // A database that is ready has a volume: its claim has lost the labels that show it.
            if (database_is_ready) {
                actions.push_back(action(Verb::adopt, desired));
            }
            return;
    }
    std::abort();
}

/// Written like a new one's, as a field of the manager of create, and only to the Secret that was seen:
/// somebody may have set one meanwhile.
Action apply_password(const DesiredObject& desired, const ObservedObject& observed) {
    Action result = apply(desired, true);
    result.object = identity_of(desired.manifest);
    result.object["metadata"]["uid"] = observed.uid;
    result.object["metadata"]["resourceVersion"] = std::to_string(observed.resource_version);
    result.object["data"] = json::object({{kPasswordKey, desired.password}});
    result.manager = kube::kCreateFieldManager;
    return result;
}

/// An object that another controller makes is never made by apply: the uid lets it fail if it is gone.
Action apply_existing(const DesiredObject& desired, const ObservedObject& observed) {
    Action result = apply(desired, true);
    result.restores = true;
    result.uid = observed.uid;
    if (desired.write == Write::adopt) {
        result.object["metadata"]["uid"] = observed.uid;
    }
    return result;
}

/// What was orphaned by the deletion of a namesake has lost its owner, and nothing else of it can change.
Action own_again(const DesiredObject& desired, const ObservedObject& observed) {
    Action result = apply(desired, true);
    result.object = identity_of(desired.manifest);
    for (const char* field : {"labels", "ownerReferences"}) {
        result.object["metadata"][field] = desired.manifest["metadata"][field];
    }
    result.object["metadata"]["uid"] = observed.uid;
    result.restores = true;
    result.uid = observed.uid;
    return result;
}

void plan_existing(const Identity& instance, const DesiredObject& desired, const ObservedObject& observed,
                   std::vector<Action>& actions) {
    if (observed.deleting) {
        return;
    }
    if (is_of_another_selector(desired, observed)) {
        actions.push_back(release(desired, observed));
        return;
    }
    if (auto cleaned = clean(instance, desired, observed)) {
        actions.push_back(std::move(*cleaned));
    }
    if (desired.outdated) {
        actions.push_back(remove(observed));
        return;
    }
    if (desired.write == Write::create_once && observed.controller.empty()) {
        actions.push_back(own_again(desired, observed));
    }
    if (!desired.password.empty()) {
        actions.push_back(apply_password(desired, observed));
    }
    if (desired.write != Write::create_once &&
        observed.digest != wanted_digest(desired.kind, desired.manifest)) {
        actions.push_back(apply_existing(desired, observed));
    }
}

/// Only what this very instance controls: a retained Secret has no controller, and a namesake that was
/// deleted had another uid.
bool is_controlled(const ObservedObject& object, const Identity& instance) {
    return !object.controller.empty() && object.controller == instance.uid;
}

/// Whether a pod stays although its migration has failed, because a policy has put a container beside it: it
/// must go for the Job to count the failure, and to try again.
bool is_held_up(const ObservedObject& object) {
    if (object.kind != kPod || object.deleting) {
        return false;
    }
    const Pod pod = object.facts.get<Pod>();
    return pod.running && pod.migrate_ended && pod.migrate_exit_code != 0;
}

/// The claim of a volume that is being deleted lives as long as the pod that uses it.
bool keeps_a_volume(const Observed& observed, const std::string& instance) {
    const ObservedObject* claim = observed.find(kPersistentVolumeClaim, database_claim_name(instance));
    return claim != nullptr && claim->ailment && claim->ailment->reason == reason::kVolumeTerminating;
}

/// The StatefulSet leaves its pod alone (updateStrategy OnDelete): the pod goes when the template has arrived
/// at the controller, and differs from the pod's in what is worth it, and when its data stays.
void plan_restart(const Identity& instance, const Observed& observed, std::vector<Action>& actions) {
    const std::string& name = instance.key.name;
    const auto workload = observed.rollout(kStatefulSet, database_name(name));
    const bool arrived = workload && workload->generation == workload->observed_generation;
    const bool changing = std::any_of(actions.begin(), actions.end(),
                                      [](const Action& action) { return action.kind == kStatefulSet; });
    if (arrived && !changing && observed.is_database_outdated(name) && !keeps_a_volume(observed, name)) {
        actions.push_back(remove(*observed.find(kPod, database_pod_name(name)), Verb::restart));
    }
}

/// Controllers try again after a time that doubles to create pods that are refused: what is about to go, with
/// the namesake that made it, must not let them begin.
bool is_needed_by_pods(const kube::Kind& kind) {
    return kind == kServiceAccount || kind == kSecret;
}

/// Whether an object was wanted once and is not any more.
bool is_left_over(const ObservedObject& object, const std::vector<DesiredObject>& desired) {
    const auto of_kind = [&](const auto& each) { return each.kind == object.kind; };
    return std::ranges::any_of(
               owned_objects(),
               [&](const OwnedObject& owned) { return of_kind(owned) && owned.may_be_left_over(); }) &&
           std::ranges::none_of(desired, [&](const DesiredObject& wanted) {
               return of_kind(wanted) && kube::key_of(wanted.manifest) == object.key;
           });
}

template <class Predicate>
bool any_rollout(const Observed& observed, const std::vector<DesiredObject>& desired, Predicate holds) {
    return std::any_of(desired.begin(), desired.end(), [&](const DesiredObject& object) {
        if (!is_rolled(object.kind)) {
            return false;
        }
        const auto live = observed.rollout(object.kind, kube::key_of(object.manifest).name);
        return live && holds(*live, object.manifest);
    });
}

}  // namespace

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::create:
            return "create";
        case Verb::apply:
            return "apply";
        case Verb::adopt:
            return "adopt";
        case Verb::patch:
            return "patch";
        case Verb::release:
            return "release";
        case Verb::restart:
            return "restart";
        case Verb::remove:
            return "delete";
    }
    std::abort();
}

std::vector<Action> plan(const Identity& instance, const Observed& observed,
                         const std::vector<DesiredObject>& desired) {
    std::vector<Action> actions = label_former_pods(instance, observed, desired);
    for (const ObservedObject& object : observed.objects) {
        if (is_held_up(object) ||
            (!object.deleting && is_controlled(object, instance) && is_left_over(object, desired))) {
            actions.push_back(remove(object));
        }
    }
    const auto database = observed.rollout(kStatefulSet, database_name(instance.key.name));
    bool pods_can_start = true;
    for (const DesiredObject& object : desired) {
        if (const auto* existing = observed.find(object.kind, kube::key_of(object.manifest).name)) {
            pods_can_start &= !(existing->deleting && is_needed_by_pods(object.kind));
            plan_existing(instance, object, *existing, actions);
        } else if (object.needed && (pods_can_start || !is_workload(object.kind))) {
            plan_new(object, database && database->ready > 0, actions);
        }
    }
    plan_restart(instance, observed, actions);
    return actions;
}

bool is_disruptive(const Action& action) {
    return action.verb != Verb::patch && (is_workload(action.kind) || action.kind == kPod);
}

bool has_other_credentials(const Observed& observed, const std::vector<DesiredObject>& desired) {
    return any_rollout(observed, desired, [](const Rollout& live, const json& wanted) {
        // The digest of a database that 0.1.0 made may be of another kind.
        const bool of_former_version = !live.essence.empty() && live.template_digest.empty();
        return !of_former_version && live.credentials != credentials_of(wanted);
    });
}

bool has_new_wish(const Observed& observed, const std::vector<DesiredObject>& desired) {
    return any_rollout(observed, desired, [](const Rollout& live, const json& wanted) {
        return live.spec_digest != wanted["metadata"]["annotations"].value(kSpecDigest, "");
    });
}

}  // namespace crm
