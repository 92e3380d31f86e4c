#include "operator/crm/observed/observed_state.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/kube/client.h"
#include "operator/kube/field_ownership.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace crm {

using kube::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Rollout, generation, observed_generation, wanted, replicas,
                                                updated, ready, available, image)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(JobResult, succeeded, failed, reason, claim_uid)

namespace {

template <class T>
T read(const json& object, const char* pointer, T absent = {}) {
    const json::json_pointer at(pointer);
    return object.contains(at) ? object[at].get<T>() : std::move(absent);
}

Rollout rollout_of(const json& object) {
    return {.generation = read<std::int64_t>(object, "/metadata/generation"),
            .observed_generation = read<std::int64_t>(object, "/status/observedGeneration"),
            .wanted = read<int>(object, "/spec/replicas", 1),
            .replicas = read<int>(object, "/status/replicas"),
            .updated = read<int>(object, "/status/updatedReplicas"),
            .ready = read<int>(object, "/status/readyReplicas"),
            .available = read<int>(object, "/status/availableReplicas"),
            .image = read<std::string>(object, "/spec/template/spec/containers/0/image")};
}

JobResult job_result_of(const json& object) {
    JobResult result;
    result.claim_uid = read<json>(object, "/metadata/annotations", json::object()).value(kClaimUid, "");
    for (const json& condition : read<json>(object, "/status/conditions", json::array())) {
        if (condition.value("status", "") != "True") {
            continue;
        }
        const std::string type = condition.value("type", "");
        result.succeeded |= type == "Complete";
        result.failed |= type == "Failed";
        if (type == "Failed") {
            result.reason = condition.value("reason", "");
        }
    }
    return result;
}

json facts_of(const kube::Kind& kind, const json& object) {
    if (kind == kDeployment || kind == kStatefulSet) {
        return rollout_of(object);
    }
    if (kind == kJob) {
        return job_result_of(object);
    }
    if (kind == kSecret) {
        return password_digest(read<std::string>(object, ("/data/" + std::string(kPasswordKey)).c_str()));
    }
    return nullptr;
}

std::string controller_of(const json& object) {
    for (const json& owner : read<json>(object, "/metadata/ownerReferences", json::array())) {
        if (owner.value("controller", false)) {
            return owner.value("uid", "");
        }
    }
    return {};
}

/// What is put back of objects that the operator does not make by apply, besides our labels and our owner
/// reference. The rest stays as it is, whoever wrote it.
struct Kept {
    const kube::Kind& kind;
    std::vector<const char*> fields;
};
const std::array<Kept, 3> kKept{{{kServiceAccount, {"/automountServiceAccountToken"}},
                                 {kSecret, {"/data/email", "/data/username", "/data/database"}},
                                 {kPersistentVolumeClaim, {}}}};

const Kept* kept_of(const kube::Kind& kind) {
    const auto* const found =
        std::find_if(kKept.begin(), kKept.end(), [&](const Kept& kept) { return kept.kind == kind; });
    return found != kKept.end() ? found : nullptr;
}

json kept_fields(const Kept& kept, const json& object) {
    json owners = json::array();
    for (const json& owner : read<json>(object, "/metadata/ownerReferences", json::array())) {
        if (owner.value("kind", "") == kCrmInstance.kind) {
            owners.push_back(owner);
        }
    }
    json result = json::object({{"labels", own_labels(object)}, {"owners", std::move(owners)}});
    for (const char* field : kept.fields) {
        result[field] = read<json>(object, field);
    }
    return result;
}

/// Servers older than 1.34 write `creationTimestamp: null` into claim templates.
json without_nulls(json value) {
    if (value.is_object()) {
        for (auto member = value.begin(); member != value.end();) {
            if (member->is_null()) {
                member = value.erase(member);
                continue;
            }
            *member = without_nulls(std::move(*member));
            ++member;
        }
    } else if (value.is_array()) {
        for (json& item : value) {
            item = without_nulls(std::move(item));
        }
    }
    return value;
}

std::uint64_t digest_of(const kube::Kind& kind, const json& object) {
    if (const Kept* kept = kept_of(kind)) {
        return kube::digest(kept_fields(*kept, object));
    }
    return kube::digest(without_nulls(kube::owned_fields(object, kube::kFieldManager)));
}

}  // namespace

bool Rollout::complete() const {
    return generation == observed_generation && updated == wanted && replicas == wanted &&
           available == wanted;
}

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
    return object != nullptr ? std::optional(object->facts.get<JobResult>()) : std::nullopt;
}

std::string Observed::password(std::string_view secret) const {
    const ObservedObject* object = find(kSecret, secret);
    return object != nullptr ? object->facts.get<std::string>() : std::string{};
}

std::string Observed::claim_uid(std::string_view instance) const {
    const ObservedObject* object = evidence(*this, kPersistentVolumeClaim, database_claim_name(instance));
    return object != nullptr ? object->uid : std::string{};
}

json projection(const kube::Kind& kind, const json& object) {
    return json::object({{"digest", digest_of(kind, object)},
                         {"controller", controller_of(object)},
                         {"deleting", object.contains("/metadata/deletionTimestamp"_json_pointer)},
                         {"facts", facts_of(kind, object)}});
}

ObservedObject observed_object(const kube::Kind& kind, const runtime::StoredObject& stored) {
    const json projected = json::parse(stored.fields);
    return {.kind = kind,
            .key = stored.key,
            .uid = stored.uid,
            .resource_version = stored.resource_version,
            .controller = projected.value("controller", ""),
            .deleting = projected.value("deleting", false),
            .digest = projected.value("digest", std::uint64_t{0}),
            .facts = projected.value("facts", json())};
}

std::uint64_t wanted_digest(const kube::Kind& kind, const json& manifest) {
    if (const Kept* kept = kept_of(kind)) {
        return kube::digest(kept_fields(*kept, manifest));
    }
    return kube::digest(without_nulls(kube::identity_removed(manifest)));
}

}  // namespace crm
