#include "operator/crm/observed/observed_state.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/observed/drift.h"
#include "operator/crm/observed/facts.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace crm {

using kube::json;
using kube::list_at;
using kube::object_at;
using kube::text_at;

CRM_FACTS(JobResult, succeeded, failed, held_up, reason, finished_at, claim_uid, spec_digest)
CRM_FACTS(Claim, uid, created_at, pending)

namespace {

JobResult job_result_of(const json& object) {
    const json& annotations = object_at(object, "/metadata/annotations");
    JobResult result{.claim_uid = annotations.value(kClaimUid, ""),
                     .spec_digest = annotations.value(kSpecDigest, "")};
    for (const json& condition : list_at(object, "/status/conditions")) {
        if (condition.value("status", "") != "True") {
            continue;
        }
        const std::string type = condition.value("type", "");
        if (type == "Complete" || type == "Failed") {
            result.succeeded = type == "Complete";
            result.failed = type == "Failed";
            result.reason = result.failed ? condition.value("reason", "") : "";
            result.finished_at = condition.value("lastTransitionTime", "");
        }
    }
    return result;
}

json facts_of(const kube::Kind& kind, const json& object) {
    if (is_rolled(kind)) {
        return rollout_of(object);
    }
    if (kind == kJob) {
        return job_result_of(object);
    }
    if (kind == kPod) {
        return pod_of(object);
    }
    if (kind == kPersistentVolumeClaim) {
        return Claim{.created_at = text_at(object, "/metadata/creationTimestamp"),
                     .pending = text_at(object, "/status/phase") == "Pending"};
    }
    if (kind == kSecret) {
        return password_digest(text_at(object, "/data/" + std::string(kPasswordKey)), kube::uid_of(object));
    }
    return nullptr;
}

/// Whose it is. The garbage collector knows owners by their uid alone.
json owners_of(const kube::Kind& kind, const json& object) {
    json result = json::object();
    for (const json& owner : list_at(object, "/metadata/ownerReferences")) {
        const bool controls = owner.value("controller", false);
        if (kind == kPod ? controls : owner.value("kind", "") == kCrmInstance.kind) {
            result["controller"] = owner.value("uid", "");
        } else if (kind != kPod) {
            result["has_stranger"] = true;
            result["stranger_controls"] = controls || result.value("stranger_controls", false);
        }
    }
    return result;
}

/// What shows only on what holds data.
json remains_of(const json& object) {
    json result = json::object();
    if (json former = former_labels_of(object); !former.empty()) {
        result["former_labels"] = std::move(former);
    }
    if (object_at(object, "/metadata/annotations").value(kDeletionPolicy, "") == "Retain") {
        result["retained"] = true;
    }
    return result;
}

}  // namespace

const ObservedObject* Observed::find(const kube::Kind& kind, std::string_view name) const {
    const auto found = std::find_if(objects.begin(), objects.end(), [&](const ObservedObject& object) {
        return object.kind == kind && object.key.name == name;
    });
    return found != objects.end() ? &*found : nullptr;
}

namespace {

/// Null when there is none, or it goes.
const ObservedObject* evidence(const Observed& observed, const kube::Kind& kind, std::string_view name) {
    const ObservedObject* object = observed.find(kind, name);
    return object != nullptr && !object->deleting ? object : nullptr;
}

}  // namespace

std::optional<Rollout> Observed::rollout(const kube::Kind& kind, std::string_view name) const {
    const ObservedObject* object = evidence(*this, kind, name);
    return object != nullptr ? std::optional(object->facts.get<Rollout>()) : std::nullopt;
}

std::optional<JobResult> Observed::job(std::string_view name) const {
    const ObservedObject* object = evidence(*this, kJob, name);
    if (object == nullptr) {
        return std::nullopt;
    }
    auto result = object->facts.get<JobResult>();
    const bool ended = result.succeeded || result.failed;
    for (const ObservedObject& other : objects) {
        if (ended || other.kind != kPod || other.controller != object->uid) {
            continue;
        }
        const Pod pod = other.facts.get<Pod>();
        result.held_up |= pod.running && pod.migrate_ended;
        if (pod.migrate_ended && pod.migrate_exit_code == 0) {
            result.succeeded = true;
            result.finished_at = pod.migrate_finished_at;
        }
    }
    return result;
}

std::optional<Pod> Observed::pod(std::string_view name) const {
    const ObservedObject* object = evidence(*this, kPod, name);
    return object != nullptr ? std::optional(object->facts.get<Pod>()) : std::nullopt;
}

bool Observed::has_ready_pod(Component component) const {
    return std::any_of(objects.begin(), objects.end(), [&](const ObservedObject& object) {
        if (object.kind != kPod || object.deleting) {
            return false;
        }
        const Pod pod = object.facts.get<Pod>();
        return pod.ready && pod.component == name_of(component);
    });
}

bool Observed::is_database_outdated(std::string_view instance) const {
    const auto workload = rollout(kStatefulSet, database_name(instance));
    const auto running = pod(database_pod_name(instance));
    return workload && running && running->revision != workload->update_revision &&
           (running->template_digest != workload->template_digest ||
            running->restarted_at != workload->restarted_at);
}

std::string Observed::password(std::string_view secret) const {
    const ObservedObject* object = find(kSecret, secret);
    return object != nullptr ? object->facts.get<std::string>() : std::string{};
}

std::optional<Claim> Observed::claim(std::string_view instance) const {
    const ObservedObject* object = evidence(*this, kPersistentVolumeClaim, database_claim_name(instance));
    if (object == nullptr) {
        return std::nullopt;
    }
    auto claim = object->facts.get<Claim>();
    claim.uid = object->uid;
    return claim;
}

json projection(const kube::Kind& kind, const json& object) {
    json result = owners_of(kind, object);
    if (holds_data(kind)) {
        result.update(remains_of(object));
    }
    if (kind != kPod) {  // of which nothing is put back
        result["digest"] = live_digest(kind, object);
    }
    if (!text_at(object, "/metadata/deletionTimestamp").empty()) {
        result["deleting"] = true;
    }
    if (json facts = facts_of(kind, object); !facts.empty()) {
        result["facts"] = std::move(facts);
    }
    if (const auto ailment = ailment_of(kind, object)) {
        result["ailment"] = *ailment;
    }
    return result;
}

ObservedObject observed_object(const kube::Kind& kind, runtime::StoredObject stored) {
    const json& fields = stored.fields;
    const auto ailment = fields.find("ailment");
    return {.kind = kind,
            .key = std::move(stored.key),
            .uid = std::move(stored.uid),
            .resource_version = stored.resource_version,
            .controller = text_at(fields, "/controller"),
            .deleting = fields.value("deleting", false),
            .retained = fields.value("retained", false),
            .has_stranger = fields.value("has_stranger", false),
            .stranger_controls = fields.value("stranger_controls", false),
            .former_labels = fields.value("former_labels", std::vector<std::string>{}),
            .digest = fields.value("digest", std::uint64_t{0}),
            .facts = fields.value("facts", json::object()),
            .ailment = ailment != fields.end() ? std::optional(ailment->get<Ailment>()) : std::nullopt};
}

}  // namespace crm
