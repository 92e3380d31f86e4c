#include "tests/operator/crm/world.h"

#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/desired_state.h"

#include <stdexcept>

#include <prometheus/registry.h>

namespace crm {

using kube::json;

struct World::Running {
    Running(kube::Client& client, runtime::Environment environment, InstanceReconciler::Environment domain)
        : metrics(registry),
          controller(client, std::move(environment), metrics, {}),
          stores(controller.on_change(), owned_kinds()),
          reconciler(client, stores, kSettings, std::move(domain)) {
        stores.watch(controller, "");
    }

    prometheus::Registry registry;
    runtime::Metrics metrics;
    runtime::Controller controller;
    Stores stores;
    InstanceReconciler reconciler;
};

World::World() : cluster({.watches_wait = false}) {
    restart();
}

void World::restart() {
    const auto random = [this](std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) {
            byte = static_cast<unsigned char>(random_());
        }
    };
    operator_ = std::make_shared<Running>(
        cluster, runtime::Environment{[this] { return now_; }, [] { return 0.5; }},
        InstanceReconciler::Environment{random, [] { return std::string("2030-01-01T00:00:00Z"); }});
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

void World::settle_after(std::chrono::minutes time) {
    now_ += time;
    settle();
}

Result<void> World::reconcile(const std::string& name, const std::string& ns) {
    return operator_->reconciler.reconcile({.key = {ns, name}});
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
        object["status"]["conditions"] =
            json::array({json::object({{"type", condition}, {"status", "True"}, {"reason", reason}})});
    });
}

/// As the controller of StatefulSets does, from the template.
void World::make_claim(const std::string& name, const std::string& ns) {
    if (cluster.get(kPersistentVolumeClaim, {ns, database_claim_name(name)})) {
        return;
    }
    const json templates = get(kStatefulSet, database_name(name), ns)["spec"]["volumeClaimTemplates"];
    cluster.put(kPersistentVolumeClaim,
                json::object({{"apiVersion", "v1"},
                              {"kind", kPersistentVolumeClaim.kind},
                              {"metadata", json::object({{"name", database_claim_name(name)},
                                                         {"namespace", ns},
                                                         {"labels", templates[0]["metadata"]["labels"]}})},
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
    complete_rollout(kStatefulSet, {ns, database_name(name)});
    complete_rollout(kDeployment, {ns, server_name(name)});
    settle();
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
            for (const char* field : {"uid", "resourceVersion", "generation", "managedFields"}) {
                object["metadata"].erase(field);
            }
            object.erase("status");
            result.push_back(std::move(object));
        }
    }
    return result;
}

}  // namespace crm
