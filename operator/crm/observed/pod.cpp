#include "operator/crm/observed/pod.h"

#include "operator/crm/api/labels.h"
#include "operator/crm/observed/json_fields.h"

#include <algorithm>

namespace crm {
namespace {

using kube::json;
using namespace nlohmann::literals;

void read_migration(const json& object, Pod& pod) {
    const json container = named(list_at(object, "/status/containerStatuses"), "name", "migrate");
    const json::json_pointer at("/state/terminated");
    if (container.contains(at)) {
        const json& ended = container[at];
        pod.migrate_ended = true;
        pod.migrate_exit_code = ended.value("exitCode", 0);
        pod.migrate_finished_at = ended.value("finishedAt", "");
    }
}

/// The phase of a pod stays Running for a moment after its last container has ended.
bool has_running_container(const json& object) {
    const json statuses = list_at(object, "/status/containerStatuses");
    return std::any_of(statuses.begin(), statuses.end(), [](const json& container) {
        return container.contains("/state/running"_json_pointer);
    });
}

}  // namespace

Pod pod_of(const json& object) {
    const json labels = object.value("/metadata/labels"_json_pointer, json::object());
    const json conditions = list_at(object, "/status/conditions");
    const json scheduled = named(conditions, "type", "PodScheduled");
    Pod pod{.component = component_of(object),
            .revision = labels.value("controller-revision-hash", ""),
            .template_digest =
                object.value("/metadata/annotations"_json_pointer, json::object()).value(kTemplateDigest, ""),
            .labelled = labels.contains(kComponentLabel),
            .ready = named(conditions, "type", "Ready").value("status", "") == "True",
            .unschedulable =
                scheduled.value("reason", "") == "Unschedulable" ? scheduled.value("message", "?") : "",
            .running = has_running_container(object)};
    read_migration(object, pod);
    return pod;
}

}  // namespace crm
