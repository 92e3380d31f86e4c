#include "operator/crm/instance/carry_over.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"

#include <algorithm>
#include <string>

namespace crm {
namespace {

using kube::json;

/// The workload whose pods are of the component.
const DesiredObject* workload_of(const std::vector<DesiredObject>& desired, const std::string& component) {
    const auto found = std::find_if(desired.begin(), desired.end(), [&](const DesiredObject& object) {
        return is_rolled(object.kind) && component_of(object.manifest) == component;
    });
    return found != desired.end() ? &*found : nullptr;
}

/// The pod's own workload is still the one that 0.1.0 made: what that was made from is what the pod runs.
bool is_as_good_as_new(const DesiredObject& workload, const Observed& observed) {
    const auto live = observed.rollout(workload.kind, kube::key_of(workload.manifest).name);
    return live && live->template_digest.empty() && live->essence == essence_of(workload.manifest);
}

json annotations_of_template(const DesiredObject& workload) {
    return workload.manifest["spec"]["template"]["metadata"]["annotations"];
}

}  // namespace

std::vector<Action> label_former_pods(const Identity& instance, const Observed& observed,
                                      const std::vector<DesiredObject>& desired) {
    std::vector<Action> actions;
    for (const ObservedObject& object : observed.objects) {
        if (object.kind != kPod || object.deleting) {
            continue;
        }
        const Pod pod = object.facts.get<Pod>();
        const DesiredObject* workload = workload_of(desired, pod.component);
        if (pod.labelled || workload == nullptr) {
            continue;
        }
        json metadata =
            json::object({{"labels", json::object({{std::string(kInstanceLabel), instance.key.name},
                                                   {std::string(kComponentLabel), pod.component}})}});
        if (workload->kind == kStatefulSet && is_as_good_as_new(*workload, observed)) {
            const std::string key(kTemplateDigest);
            metadata["annotations"] = json::object({{key, annotations_of_template(*workload).at(key)}});
        }
        actions.push_back({.verb = Verb::patch,
                           .kind = kPod,
                           .key = object.key,
                           .object = json::object({{"metadata", std::move(metadata)}}),
                           .uid = object.uid});
    }
    return actions;
}

bool is_of_another_selector(const DesiredObject& desired, const ObservedObject& observed) {
    return is_rolled(desired.kind) &&
           observed.facts.get<Rollout>().selector != selector_digest(desired.manifest);
}

Action release(const DesiredObject& desired, const ObservedObject& observed) {
    return {.verb = Verb::release,
            .kind = observed.kind,
            .key = observed.key,
            .object = desired.manifest["spec"]["selector"]["matchLabels"],
            .uid = observed.uid};
}

}  // namespace crm
