#include "tests/support/simulation/stateful_set_controller.h"

namespace support::simulation {
using kube::json;

void StatefulSetController::reconcile() {
    for (const Object& set : cluster_.view(kStatefulSet)) {
        if (!is_deleting(*set)) {
            bring_on(*set);
        }
    }
}

void StatefulSetController::bring_on(const json& set) {
    const kube::ObjectKey key = kube::key_of(set);
    const std::string wanted = revision_of(at(set, {"spec", "template"}));
    const auto pods = pods_of(cluster_, set);
    for (int i = 0; i < replicas_of(set); ++i) {
        const std::string pod = key.name + "-" + std::to_string(i);
        const Object live = cluster_.find(kPod, {key.ns, pod});
        if (live != nullptr && has_condition(*live, "PodScheduled")) {
            continue;
        }
        // A claim that went before its pod had a node is made again, too.
        if (!make_claims(set, pod) || (live == nullptr && !make_pod(cluster_, set, pod))) {
            try_again();
        }
    }
    for (const Object& pod : pods) {
        const std::string name = kube::key_of(*pod).name;
        const int ordinal = std::stoi(name.substr(key.name.size() + 1));
        if (ordinal >= replicas_of(set) || has_ended(*pod)) {
            delete_pod(cluster_, *pod);
        }
    }
    replace_outdated(set, pods, wanted);
    report(set, wanted);
}

/// Volumes outlive pods and sets: a claim of the name is used as it is, but not one that is going.
bool StatefulSetController::make_claims(const json& set, const std::string& pod) {
    const std::string ns = kube::key_of(set).ns;
    for (const json& claim : at(set, {"spec", "volumeClaimTemplates"})) {
        const std::string name = claim.at("metadata").at("name").get<std::string>() + "-" + pod;
        if (const Object live = cluster_.find(kPersistentVolumeClaim, {ns, name}); live != nullptr) {
            if (is_deleting(*live)) {
                return false;
            }
            continue;
        }
        json metadata = {{"name", name}, {"namespace", ns}};
        for (const char* field : {"labels", "annotations"}) {
            if (const json& value = at(claim, {"metadata", field}); !value.is_null()) {
                metadata[field] = value;
            }
        }
        metadata["finalizers"] = json::array({kClaimFinalizer});
        const auto made = cluster_.make(kPersistentVolumeClaim, {{"apiVersion", "v1"},
                                                                 {"kind", "PersistentVolumeClaim"},
                                                                 {"metadata", std::move(metadata)},
                                                                 {"spec", claim.at("spec")}});
        if (!made) {
            return false;
        }
    }
    return true;
}

/// One after the other; with OnDelete somebody else decides when.
void StatefulSetController::replace_outdated(const json& set, const std::vector<Object>& pods,
                                             const std::string& wanted) {
    if (at(set, {"spec", "updateStrategy", "type"}) == "OnDelete") {
        return;
    }
    for (const Object& pod : pods) {
        if (is_deleting(*pod)) {
            return;
        }
        if (revision(*pod) != wanted) {
            delete_pod(cluster_, *pod);
            return;
        }
    }
}

void StatefulSetController::report(const json& set, const std::string& wanted) {
    const Count now = count(pods_of(cluster_, set), wanted);
    const json& current = at(set, {"status", "currentRevision"});
    const bool complete = now.updated == replicas_of(set) && now.ready == replicas_of(set);
    const json status = {{"observedGeneration", set.at("metadata").at("generation")},
                         {"replicas", now.all},
                         {"updatedReplicas", now.updated},
                         {"readyReplicas", now.ready},
                         {"availableReplicas", now.ready},
                         {"updateRevision", wanted},
                         {"currentRevision", complete || current.is_null() ? json(wanted) : current}};
    set_status(cluster_, kStatefulSet, set, status);
}

}  // namespace support::simulation
