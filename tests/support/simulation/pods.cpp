#include "tests/support/simulation/pods.h"

#include "operator/kube/field_ownership.h"

#include <algorithm>

namespace support::simulation {
namespace {

using kube::json;

const json kNull;
constexpr const char* kRevisionLabel = "controller-revision-hash";

bool is_selected(const json& pod, const json& selector) {
    const json& labels = at(pod, {"metadata", "labels"});
    return std::all_of(selector.items().begin(), selector.items().end(),
                       [&](const auto& wanted) { return at(labels, {wanted.key()}) == wanted.value(); });
}

json owner_reference(const json& workload) {
    return {{"apiVersion", workload.at("apiVersion")},
            {"kind", workload.at("kind")},
            {"name", workload.at("metadata").at("name")},
            {"uid", kube::uid_of(workload)},
            {"controller", true},
            {"blockOwnerDeletion", true}};
}

}  // namespace

const json& at(const json& object, std::initializer_list<std::string_view> path) {
    const json* value = &object;
    for (const std::string_view name : path) {
        if (!value->is_object()) {
            return kNull;
        }
        const auto member = value->find(name);
        if (member == value->end()) {
            return kNull;
        }
        value = &*member;
    }
    return *value;
}

bool is_deleting(const json& object) {
    return !at(object, {"metadata", "deletionTimestamp"}).is_null();
}

bool has_condition(const json& object, std::string_view type) {
    const json& conditions = at(object, {"status", "conditions"});
    return std::any_of(conditions.begin(), conditions.end(), [&](const json& condition) {
        return condition.at("type") == type && condition.at("status") == "True";
    });
}

bool is_ready(const json& pod) {
    return !is_deleting(pod) && has_condition(pod, "Ready");
}

bool has_ended(const json& pod) {
    const json& phase = at(pod, {"status", "phase"});
    return phase == "Succeeded" || phase == "Failed";
}

const json& controller_of(const json& object) {
    for (const json& owner : at(object, {"metadata", "ownerReferences"})) {
        if (owner.value("controller", false)) {
            return owner;
        }
    }
    return kNull;
}

std::vector<Object> pods_of(FakeCluster& cluster, const json& workload) {
    const std::string uid = kube::uid_of(workload);
    const json& selector = at(workload, {"spec", "selector", "matchLabels"});
    std::vector<Object> result;
    for (Object& pod : cluster.view(kPod)) {
        if (at(*pod, {"metadata", "namespace"}) != at(workload, {"metadata", "namespace"})) {
            continue;
        }
        const json& controller = controller_of(*pod);
        const bool adopts = controller.is_null() && selector.is_object() && is_selected(*pod, selector) &&
                            !is_deleting(*pod) && !is_deleting(workload);
        if (adopts) {
            const kube::ObjectKey key = kube::key_of(*pod);
            cluster.edit(
                kPod, key,
                [&](json& object) {
                    object["metadata"]["ownerReferences"].push_back(owner_reference(workload));
                },
                kUntracked);
            result.push_back(cluster.find(kPod, key));
        } else if (at(controller, {"uid"}) == uid) {
            result.push_back(std::move(pod));
        }
    }
    return result;
}

std::string revision_of(const json& pod_template) {
    return std::to_string(kube::digest(pod_template) & 0xffffffffU);
}

std::string revision(const json& pod) {
    const json& label = at(pod, {"metadata", "labels", kRevisionLabel});
    return label.is_string() ? label.get<std::string>() : std::string{};
}

/// The finalizer stands for the time that a node takes to end a pod.
Result<json> make_pod(FakeCluster& cluster, const json& workload, const std::string& name) {
    const json& pod_template = at(workload, {"spec", "template"});
    json metadata = pod_template.value("metadata", json::object());
    metadata["name"] = name;
    metadata["namespace"] = workload.at("metadata").at("namespace");
    metadata["labels"][kRevisionLabel] = revision_of(pod_template);
    metadata["ownerReferences"] = json::array({owner_reference(workload)});
    metadata["finalizers"] = json::array({kNodeFinalizer});
    return cluster.make(kPod, {{"apiVersion", "v1"},
                               {"kind", "Pod"},
                               {"metadata", std::move(metadata)},
                               {"spec", pod_template.at("spec")}});
}

void delete_pod(FakeCluster& cluster, const json& pod) {
    if (!is_deleting(pod)) {
        cluster.erase(kPod, kube::key_of(pod));
    }
}

int replicas_of(const json& workload) {
    return at(workload, {"spec"}).value("replicas", 1);
}

Count count(const std::vector<Object>& pods, const std::string& revision_wanted) {
    Count result;
    for (const Object& pod : pods) {
        if (is_deleting(*pod) || has_ended(*pod)) {
            continue;
        }
        ++result.all;
        result.updated += revision(*pod) == revision_wanted ? 1 : 0;
        result.ready += is_ready(*pod) ? 1 : 0;
    }
    return result;
}

void set_status(FakeCluster& cluster, const kube::Kind& kind, const json& object, const json& status) {
    const kube::ObjectKey key = kube::key_of(object);
    const Object live = cluster.find(kind, key);
    if (live != nullptr && kube::uid_of(*live) == kube::uid_of(object) && at(*live, {"status"}) != status) {
        cluster.edit(kind, key, [&](json& changed) { changed["status"] = status; }, kUntracked);
    }
}

json condition(std::string_view type, std::string_view status, std::string_view reason,
               std::string_view message) {
    return {{"type", type}, {"status", status}, {"reason", reason}, {"message", message}};
}

}  // namespace support::simulation
