#include "tests/operator/crm/world.h"

#include "common/rfc3339.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/kube/field_ownership.h"

#include <functional>
#include <stdexcept>

namespace crm {

using kube::json;

World::World() : cluster({.watches_wait = false, .time = [this] { return later(); }}) {
    restart();
}

std::string World::later() {
    return common::rfc3339_seconds(std::chrono::system_clock::from_time_t(1'893'456'000 + ++seconds_));
}

std::string World::now() const {
    return common::rfc3339_seconds(std::chrono::system_clock::from_time_t(1'893'456'000) +
                                   now_.time_since_epoch());
}

void World::restart(const Settings& settings, bool nodes_on_demand) {
    const auto random = [this](std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) {
            byte = static_cast<unsigned char>(random_());
        }
    };
    const auto domain = [this, random, nodes_on_demand](runtime::Controller& controller) {
        return InstanceReconciler::Environment{
            .random = random,
            .now = [this] { return now(); },
            .clock = [this] { return now_; },
            .nodes_on_demand = nodes_on_demand,
            .wake = [&controller](const kube::ObjectKey& key) { controller.wake(key, "turn"); },
            .wake_later = [&controller](const kube::ObjectKey& key,
                                        runtime::Duration wait) { controller.wake(key, "time", wait); }};
    };
    operator_ = std::make_shared<RunningOperator>(
        cluster, settings, runtime::Environment{[this] { return now_; }, [] { return 0.5; }}, domain);
}

void World::settle() {
    for (bool worked = true; worked;) {
        worked = false;
        for (int round = 0; round < 2 || !operator_->controller.synced(); ++round) {
            for (const auto& reflector : operator_->controller.reflectors()) {
                reflector->step({});
            }
        }
        while (operator_->controller.run_one(operator_->reconciler)) {
            worked = true;
        }
    }
}

void World::settle_after(std::chrono::seconds time) {
    now_ += time;
    settle();
}

Result<void> World::reconcile(const std::string& name, const std::string& ns) {
    return operator_->reconciler.reconcile({.key = {ns, name}, .client = cluster});
}

void World::complete_rollout(const kube::Kind& kind, const kube::ObjectKey& key) {
    cluster.edit(kind, key, [](json& object) {
        const json replicas = object["spec"]["replicas"];
        object["status"] = json::object({{"observedGeneration", object["metadata"]["generation"]},
                                         {"replicas", replicas},
                                         {"updatedReplicas", replicas},
                                         {"readyReplicas", replicas},
                                         {"availableReplicas", replicas}});
    });
}

void World::finish_migration(const kube::ObjectKey& job, const std::string& condition,
                             const std::string& reason) {
    cluster.edit(kJob, job, [&](json& object) {
        object["status"]["conditions"] = json::array({json::object(
            {{"type", condition}, {"status", "True"}, {"reason", reason}, {"lastTransitionTime", later()}})});
    });
}

void World::end_container_of_migration(const kube::ObjectKey& job, int exit_code) {
    const json owner = get(kJob, job.name, job.ns);
    const json terminated = json::object({{"exitCode", exit_code}, {"finishedAt", later()}});
    const json statuses = json::array(
        {json::object({{"name", "proxy"}, {"state", json::object({{"running", json::object()}})}}),
         json::object({{"name", "migrate"}, {"state", json::object({{"terminated", terminated}})}})});
    cluster.put(
        kPod,
        json::object({{"apiVersion", "v1"},
                      {"kind", kPod.kind},
                      {"metadata", json::object({{"name", job.name + "-x"},
                                                 {"namespace", job.ns},
                                                 {"labels", owner["spec"]["template"]["metadata"]["labels"]},
                                                 {"ownerReferences",
                                                  json::array({json::object({{"apiVersion", "batch/v1"},
                                                                             {"kind", "Job"},
                                                                             {"name", job.name},
                                                                             {"uid", kube::uid_of(owner)},
                                                                             {"controller", true}})})}})}}),
        "job-controller");
    cluster.edit(kPod, {job.ns, job.name + "-x"}, [&](json& pod) {
        pod["status"] = json::object({{"phase", "Running"}, {"containerStatuses", statuses}});
    });
}

/// As the controller of StatefulSets does: a pod that is missing is made from the template, one that is there
/// stays.
void World::run_database(const std::string& name, const std::string& ns) {
    const kube::ObjectKey key{ns, database_pod_name(name)};
    const json workload = get(kStatefulSet, database_name(name), ns);
    const json of_template = workload["spec"]["template"];
    const std::string revision = std::to_string(kube::digest(of_template));
    if (!cluster.get(kPod, key)) {
        json metadata = of_template["metadata"];
        metadata["name"] = key.name;
        metadata["namespace"] = ns;
        metadata["labels"]["controller-revision-hash"] = revision;
        metadata["ownerReferences"] = json::array({json::object({{"apiVersion", "apps/v1"},
                                                                 {"kind", kStatefulSet.kind},
                                                                 {"name", database_name(name)},
                                                                 {"uid", kube::uid_of(workload)},
                                                                 {"controller", true}})});
        cluster.put(kPod,
                    json::object({{"apiVersion", "v1"},
                                  {"kind", kPod.kind},
                                  {"metadata", metadata},
                                  {"spec", of_template["spec"]}}),
                    "kube-controller-manager");
        cluster.edit(kPod, key, [](json& pod) {
            pod["status"] = json::object(
                {{"phase", "Running"},
                 {"conditions", json::array({json::object({{"type", "Ready"}, {"status", "True"}})})}});
        });
    }
    complete_rollout(kStatefulSet, kube::key_of(workload));
    const json labels = get(kPod, key.name, ns)["metadata"]["labels"];
    cluster.edit(kStatefulSet, kube::key_of(workload), [&](json& object) {
        object["status"]["updateRevision"] = revision;
        object["status"]["updatedReplicas"] = labels["controller-revision-hash"] == revision ? 1 : 0;
    });
}

void World::show_template(const std::string& name, const std::string& ns) {
    cluster.edit(kStatefulSet, {ns, database_name(name)}, [](json& object) {
        object["status"]["observedGeneration"] = object["metadata"]["generation"];
        object["status"]["updateRevision"] = object["spec"]["template"].dump();
    });
}

void World::strand_database(const std::string& name, const std::string& ns) {
    run_database(name, ns);
    cluster.edit(kPod, {ns, database_pod_name(name)}, [&](json& pod) {
        pod["status"] = json::object(
            {{"phase", "Pending"},
             {"conditions", json::array({json::object({{"type", "PodScheduled"},
                                                       {"status", "False"},
                                                       {"reason", "Unschedulable"},
                                                       {"message", "0/1 nodes: Insufficient cpu"},
                                                       {"lastTransitionTime", now()}})})}});
    });
    cluster.edit(kStatefulSet, {ns, database_name(name)}, [](json& object) {
        object["status"]["readyReplicas"] = 0;
        object["status"]["availableReplicas"] = 0;
    });
    settle();
}

/// As the controller of StatefulSets does, from the template.
void World::make_claim(const std::string& name, const std::string& ns) {
    if (cluster.get(kPersistentVolumeClaim, {ns, database_claim_name(name)})) {
        return;
    }
    const json templates = get(kStatefulSet, database_name(name), ns)["spec"]["volumeClaimTemplates"];
    cluster.put(
        kPersistentVolumeClaim,
        json::object({{"apiVersion", "v1"},
                      {"kind", kPersistentVolumeClaim.kind},
                      {"metadata", json::object({{"name", database_claim_name(name)},
                                                 {"namespace", ns},
                                                 {"labels", templates[0]["metadata"]["labels"]},
                                                 {"annotations", templates[0]["metadata"]["annotations"]}})},
                      {"spec", templates[0]["spec"]}}),
        "kube-controller-manager");
}

void World::start_pods(const std::string& name, const std::string& ns) {
    make_claim(name, ns);
    settle();
    for (const json& job : cluster.all(kJob)) {
        if (kube::key_of(job).ns == ns && instance_of(job) == name) {
            finish_migration(kube::key_of(job), "Complete");
        }
    }
    settle();
    for (int round = 0; round < 2; ++round) {  // the operator lets a pod go that is outdated
        run_database(name, ns);
        complete_rollout(kDeployment, {ns, server_name(name)});
        settle();
    }
}

int World::runs() const {
    double runs = 0;
    for (const auto& family : operator_->registry.Collect()) {
        for (const auto& metric : family.metric) {
            runs += family.name == "controller_runtime_reconcile_total" ? metric.counter.value : 0;
        }
    }
    return static_cast<int>(runs);
}

json World::get(const kube::Kind& kind, const std::string& name, const std::string& ns) const {
    const auto object = cluster.get(kind, {ns, name});
    if (!object) {
        throw std::out_of_range(std::string(kind.kind) + " " + name + " does not exist");
    }
    return *object;
}

Status World::status_of(const std::string& name, const std::string& ns) const {
    return decode_status(get(kCrmInstance, name, ns));
}

std::string World::condition_of(const std::string& name, std::string_view type) const {
    const Status status = status_of(name);
    const Condition* found = status.find(type);
    return found == nullptr ? "" : std::string(name_of(found->status)) + " " + found->reason;
}

json World::objects() const {
    json result = json::array();
    for (const kube::Kind& kind : owned_kinds()) {
        for (json object : cluster.all(kind)) {
            for (const char* field :
                 {"uid", "creationTimestamp", "resourceVersion", "generation", "managedFields"}) {
                object["metadata"].erase(field);
            }
            object.erase("status");
            result.push_back(std::move(object));
        }
    }
    return result;
}

}  // namespace crm
