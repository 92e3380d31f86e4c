#include "operator/crm/observed/pod.h"

#include "operator/crm/api/labels.h"
#include "operator/crm/observed/rollout.h"
#include "operator/kube/json_fields.h"

#include <algorithm>

namespace crm {
namespace {

using kube::json;
using kube::list_at;
using kube::named;
using kube::object_at;

void read_migration(const json& object, Pod& pod) {
    const json& container = named(list_at(object, "/status/containerStatuses"), "name", "migrate");
    if (const json& ended = object_at(container, "/state/terminated"); !ended.empty()) {
        pod.migrate_ended = true;
        pod.migrate_exit_code = ended.value("exitCode", 0);
        pod.migrate_finished_at = ended.value("finishedAt", "");
    }
}

/// The phase of a pod stays Running for a moment after its last container has ended.
bool has_running_container(const json& object) {
    return std::ranges::any_of(list_at(object, "/status/containerStatuses"), [](const json& container) {
        return kube::value_at(container, "/state/running").is_object();
    });
}

}  // namespace

Pod pod_of(const json& object) {
    const json& labels = object_at(object, "/metadata/labels");
    const json& conditions = list_at(object, "/status/conditions");
    const json& scheduled = named(conditions, "type", "PodScheduled");
    const json& annotations = object_at(object, "/metadata/annotations");
    Pod pod{.component = component_of(object),
            .revision = labels.value("controller-revision-hash", ""),
            .template_digest = annotations.value(kTemplateDigest, ""),
            .restarted_at = annotations.value(kRestartedAt, ""),
            .labelled = labels.contains(kComponentLabel),
            .ready = named(conditions, "type", "Ready").value("status", "") == "True",
            .failed = kube::text_at(object, "/status/phase") == "Failed",
            .running = has_running_container(object)};
    // A pod that is nominated for a node only waits until others have made room for it there.
    if (scheduled.value("reason", "") == "Unschedulable" &&
        kube::text_at(object, "/status/nominatedNodeName").empty()) {
        pod.unschedulable = scheduled.value("message", "?");
        pod.unschedulable_since = scheduled.value("lastTransitionTime", "");
    }
    read_migration(object, pod);
    return pod;
}

}  // namespace crm
