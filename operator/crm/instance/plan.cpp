#include "operator/crm/instance/plan.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"

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

Action remove(const ObservedObject& object) {
    return {
        .verb = Verb::remove, .kind = object.kind, .key = object.key, .object = nullptr, .uid = object.uid};
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
    if (desired.write == Write::adopt) {
        result.object["metadata"]["uid"] = observed.uid;
    }
    return result;
}

void plan_existing(const DesiredObject& desired, const ObservedObject& observed,
                   std::vector<Action>& actions) {
    if (observed.deleting) {
        return;
    }
    if (desired.outdated) {
        actions.push_back(remove(observed));
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

/// Whether an object is one of a kind that is made anew instead of changed, and not the one that is wanted.
bool is_replaced(const ObservedObject& object, const std::vector<DesiredObject>& desired) {
    bool replaceable = false;
    for (const DesiredObject& wanted : desired) {
        if (wanted.kind == object.kind) {
            replaceable |= wanted.write == Write::create_once;
            if (kube::key_of(wanted.manifest) == object.key) {
                return false;
            }
        }
    }
    return replaceable;
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
        case Verb::remove:
            return "delete";
    }
    std::abort();
}

std::vector<Action> plan(const Identity& instance, const Observed& observed,
                         const std::vector<DesiredObject>& desired) {
    std::vector<Action> actions;
    for (const ObservedObject& object : observed.objects) {
        if (!object.deleting && is_controlled(object, instance) && is_replaced(object, desired)) {
            actions.push_back(remove(object));
        }
    }
    const auto database = observed.rollout(kStatefulSet, database_name(instance.key.name));
    for (const DesiredObject& object : desired) {
        if (const auto* existing = observed.find(object.kind, kube::key_of(object.manifest).name)) {
            plan_existing(object, *existing, actions);
        } else {
            plan_new(object, database && database->ready > 0, actions);
        }
    }
    return actions;
}

}  // namespace crm
