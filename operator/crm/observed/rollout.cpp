#include "operator/crm/observed/rollout.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/kube/field_ownership.h"
#include "operator/kube/json_fields.h"

namespace crm {
namespace {

using kube::json;
using kube::number_at;
using kube::object_at;
using kube::text_at;

/// Ours: a policy may have put others beside it, and before it.
const json& container_of(const json& workload) {
    const char* const name = text_at(workload, "/kind") == kStatefulSet.kind ? "postgres" : "server";
    return kube::named(kube::list_at(workload, "/spec/template/spec/containers"), "name", name);
}

const json& template_annotations(const json& workload) {
    return object_at(workload, "/spec/template/metadata/annotations");
}

}  // namespace

bool Rollout::settled() const {
    return generation == observed_generation && replicas == wanted && available == wanted;
}

bool Rollout::complete() const {
    return settled() && updated == wanted;
}

Rollout rollout_of(const json& object) {
    const json& annotations = object_at(object, "/metadata/annotations");
    return {.generation = number_at(object, "/metadata/generation"),
            .observed_generation = number_at(object, "/status/observedGeneration"),
            .wanted = number_at<int>(object, "/spec/replicas", 1),
            .replicas = number_at<int>(object, "/status/replicas"),
            .updated = number_at<int>(object, "/status/updatedReplicas"),
            .ready = number_at<int>(object, "/status/readyReplicas"),
            .available = number_at<int>(object, "/status/availableReplicas"),
            .version = annotations.value(kServerVersion, ""),
            .selector = selector_digest(object),
            .spec_digest = annotations.value(kSpecDigest, ""),
            .template_digest = template_annotations(object).value(kTemplateDigest, ""),
            .restarted_at = template_annotations(object).value(kRestartedAt, ""),
            .update_revision = text_at(object, "/status/updateRevision"),
            .essence = text_at(object, "/kind") == kStatefulSet.kind ? essence_of(object) : "",
            .footprint = annotations.value(kFootprint, ""),
            .credentials = credentials_of(object)};
}

std::string selector_digest(const json& workload) {
    return kube::digest_text(kube::value_at(workload, "/spec/selector/matchLabels"));
}

std::string credentials_of(const json& workload) {
    return template_annotations(workload).value(kCredentialsDigest, "");
}

std::string essence_of(const json& workload) {
    const json& container = container_of(workload);
    return kube::digest_text(
        json::array({container.value("image", json()), container.value("resources", json()),
                     template_annotations(workload).value(kCredentialsDigest, json())}));
}

}  // namespace crm
