#include "operator/crm/plan.h"

#include "operator/crm/credentials.h"

#include <cstdlib>

namespace crm {
namespace {

using kube::json;

Action apply(const DesiredObject& desired, bool force) {
    return {.verb = Verb::apply,
            .kind = desired.kind,
            .key = kube::key_of(desired.manifest),
            .object = desired.manifest,
            .force = force};
}

Action create(const DesiredObject& desired, json object, json claim) {
    return {.verb = Verb::create,
            .kind = desired.kind,
            .key = kube::key_of(desired.manifest),
            .object = std::move(object),
            .claim = std::move(claim)};
}

Action remove(const ObservedObject& object) {
    return {
        .verb = Verb::remove, .kind = object.kind, .key = object.key, .object = nullptr, .uid = object.uid};
}

/// The manifest without what it says beyond the object's name and metadata.
json metadata_of(const json& manifest) {
    return json::object({{"apiVersion", manifest["apiVersion"]},
                         {"kind", manifest["kind"]},
                         {"metadata", manifest["metadata"]}});
}

/// What has a password may come to outlive the instance: its owner is left to apply, since what create
/// wrote, no later apply could remove.
void plan_new_secret(const DesiredObject& desired, std::vector<Action>& actions) {
    json object = desired.manifest;
    const bool owned = object["metadata"].erase("ownerReferences") > 0;
    object["data"][kPasswordKey] = desired.password;
    actions.push_back(create(desired, std::move(object), desired.manifest));
    if (owned) {
        actions.push_back(apply(desired, true));
    }
}

void plan_new(const DesiredObject& desired, std::vector<Action>& actions) {
    switch (desired.write) {
        case Write::apply:
            actions.push_back(apply(desired, false));
            return;
        case Write::create:
            if (!desired.password.empty()) {
                return plan_new_secret(desired, actions);
            }
            actions.push_back(create(desired, desired.manifest, desired.manifest));
            return;
        case Write::create_once:
            actions.push_back(create(desired, desired.manifest, metadata_of(desired.manifest)));
            return;
        case Write::adopt:
            return;
    }
    std::abort();
}

/// Written like a new one's, as a field of the manager of create, and not by force: somebody may have set
/// one meanwhile.
Action apply_password(const DesiredObject& desired) {
    json object = metadata_of(desired.manifest);
    object["metadata"] = json::object({{"name", desired.manifest["metadata"]["name"]},
                                       {"namespace", desired.manifest["metadata"]["namespace"]}});
    object["data"] = json::object({{kPasswordKey, desired.password}});
    Action action = apply(desired, false);
    action.object = std::move(object);
    action.manager = kube::kCreateFieldManager;
    return action;
}

/// An object that another controller makes is never made by apply: the uid lets it fail if it is gone.
Action apply_existing(const DesiredObject& desired, const ObservedObject& observed) {
    Action action = apply(desired, true);
    if (desired.write == Write::adopt) {
        action.object["metadata"]["uid"] = observed.uid;
    }
    return action;
}

void plan_object(const DesiredObject& desired, const ObservedObject* observed, std::vector<Action>& actions) {
    if (observed == nullptr) {
        return plan_new(desired, actions);
    }
    if (observed->deleting) {
        return;
    }
    if (desired.outdated) {
        actions.push_back(remove(*observed));
    }
    if (!desired.password.empty()) {
        actions.push_back(apply_password(desired));
    }
    if (desired.write != Write::create_once &&
        observed->digest != wanted_digest(desired.kind, desired.manifest)) {
        actions.push_back(apply_existing(desired, *observed));
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
        case Verb::remove:
            return "delete";
    }
    std::abort();
}

std::vector<Action> plan(const Identity& instance, const Observed& observed,
                         const std::vector<DesiredObject>& desired) {
    std::vector<Action> actions;
    for (const DesiredObject& object : desired) {
        plan_object(object, observed.find(object.kind, kube::key_of(object.manifest).name), actions);
    }
    for (const ObservedObject& object : observed.objects) {
        if (!object.deleting && is_controlled(object, instance) && is_replaced(object, desired)) {
            actions.push_back(remove(object));
        }
    }
    return actions;
}

}  // namespace crm
