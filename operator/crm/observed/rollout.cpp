#include "operator/crm/observed/rollout.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/kube/field_ownership.h"

#include <utility>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

template <class T>
T read(const json& object, const char* pointer, T absent = {}) {
    const json::json_pointer at(pointer);
    return object.contains(at) ? object[at].get<T>() : std::move(absent);
}

std::string text_digest(const json& value) {
    return fmt::format("{:016x}", kube::digest(value));
}

/// Ours: a policy may have put others beside it, and before it.
json container_of(const json& workload) {
    const char* const name = workload.value("kind", "") == kStatefulSet.kind ? "postgres" : "server";
    for (const json& container : read<json>(workload, "/spec/template/spec/containers", json::array())) {
        if (container.value("name", "") == name) {
            return container;
        }
    }
    return json::object();
}

json template_annotations(const json& workload) {
    return read<json>(workload, "/spec/template/metadata/annotations", json::object());
}

}  // namespace

bool Rollout::settled() const {
    return generation == observed_generation && replicas == wanted && available == wanted;
}

bool Rollout::complete() const {
    return settled() && updated == wanted;
}

Rollout rollout_of(const json& object) {
    const json annotations = read<json>(object, "/metadata/annotations", json::object());
    return {.generation = read<std::int64_t>(object, "/metadata/generation"),
            .observed_generation = read<std::int64_t>(object, "/status/observedGeneration"),
            .wanted = read<int>(object, "/spec/replicas", 1),
            .replicas = read<int>(object, "/status/replicas"),
            .updated = read<int>(object, "/status/updatedReplicas"),
            .ready = read<int>(object, "/status/readyReplicas"),
            .available = read<int>(object, "/status/availableReplicas"),
            .version = annotations.value(kServerVersion, ""),
            .selector = selector_digest(object),
            .spec_digest = annotations.value(kSpecDigest, ""),
            .template_digest = template_annotations(object).value(kTemplateDigest, ""),
            .update_revision = read<std::string>(object, "/status/updateRevision"),
            .essence = object.value("kind", "") == kStatefulSet.kind ? essence_of(object) : "",
            .footprint = annotations.value(kFootprint, "")};
}

std::string selector_digest(const json& workload) {
    return text_digest(read<json>(workload, "/spec/selector/matchLabels"));
}

std::string essence_of(const json& workload) {
    const json container = container_of(workload);
    return text_digest(json::array({container.value("image", json()), container.value("resources", json()),
                                    template_annotations(workload).value(kCredentialsDigest, json())}));
}

}  // namespace crm
