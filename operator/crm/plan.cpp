#include "operator/crm/plan.h"

#include <algorithm>
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

Action create(const DesiredObject& desired, json object) {
    return {.verb = Verb::create,
            .kind = desired.kind,
            .key = kube::key_of(desired.manifest),
            .object = std::move(object)};
}

/// Owner references are left to apply: what create wrote, no later apply could remove.
void plan_new_secret(const DesiredObject& desired, std::vector<Action>& actions) {
    json object = desired.manifest;
    const bool owned = object["metadata"].erase("ownerReferences") > 0;
    object["type"] = "Opaque";
    object["data"] = desired.generated;
    actions.push_back(create(desired, std::move(object)));
    if (owned) {
        actions.push_back(apply(desired, true));
    }
}

void plan_new(const DesiredObject& desired, std::vector<Action>& actions) {
    switch (desired.write) {
        case Write::apply:
            actions.push_back(apply(desired, false));
            return;
        case Write::create_once:
            actions.push_back(create(desired, desired.manifest));
            return;
        case Write::generate_once:
            plan_new_secret(desired, actions);
            return;
    }
    std::abort();
}

void plan_object(const DesiredObject& desired, const ObservedObject* observed, std::vector<Action>& actions) {
    if (observed == nullptr) {
        plan_new(desired, actions);
    } else if (!observed->deleting && desired.write != Write::create_once &&
               observed->digest != wanted_digest(desired.kind, desired.manifest)) {
        actions.push_back(apply(desired, true));
    }
}

/// Only what this very instance controls: a retained Secret has no controller, and a namesake that was
/// deleted had another uid.
bool is_controlled(const ObservedObject& object, const Identity& instance) {
    return !object.controller.empty() && object.controller == instance.uid;
}

bool is_desired(const ObservedObject& object, const std::vector<DesiredObject>& desired) {
    return std::any_of(desired.begin(), desired.end(), [&](const DesiredObject& wanted) {
        return wanted.kind == object.kind && kube::key_of(wanted.manifest) == object.key;
    });
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
        if (!object.deleting && is_controlled(object, instance) && !is_desired(object, desired)) {
            actions.push_back({.verb = Verb::remove,
                               .kind = object.kind,
                               .key = object.key,
                               .object = nullptr,
                               .uid = object.uid});
        }
    }
    return actions;
}

}  // namespace crm
