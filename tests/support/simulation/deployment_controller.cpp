#include "tests/support/simulation/deployment_controller.h"

#include <algorithm>

namespace support::simulation {
namespace {

using kube::json;

/// Whole numbers only; what the API server would fill in when there is none.
int rolling(const json& deployment, const char* field) {
    const json& value = at(deployment, {"spec", "strategy", "rollingUpdate", field});
    return value.is_number_integer() ? value.get<int>() : 1;
}

}  // namespace

void DeploymentController::reconcile() {
    for (const Object& deployment : cluster_.view(kDeployment)) {
        if (!is_deleting(*deployment)) {
            bring_on(*deployment);
        }
    }
}

void DeploymentController::bring_on(const json& deployment) {
    const std::string wanted = revision_of(at(deployment, {"spec", "template"}));
    const auto pods = pods_of(cluster_, deployment);
    const Count now = count(pods, wanted);
    const std::string refused = make_missing(deployment, now, wanted);
    remove_surplus(deployment, pods, now, wanted);
    report(deployment, wanted, refused);
}

std::string DeploymentController::make_missing(const json& deployment, const Count& now,
                                               const std::string& wanted) {
    const int replicas = replicas_of(deployment);
    const int most = replicas == 0 ? 0 : replicas + rolling(deployment, "maxSurge");
    const int missing = std::min(replicas - now.updated, most - now.all);
    for (int i = 0; i < missing; ++i) {
        const std::string name =
            kube::key_of(deployment).name + "-" + wanted + "-" + std::to_string(++names_);
        if (const auto made = make_pod(cluster_, deployment, name); !made) {
            try_again();
            return made.error().message;
        }
    }
    return {};
}

/// Old pods that are not ready serve nobody; the others go as new ones become ready.
void DeploymentController::remove_surplus(const json& deployment, const std::vector<Object>& pods,
                                          const Count& now, const std::string& wanted) {
    const int replicas = replicas_of(deployment);
    const int fewest = replicas - rolling(deployment, "maxUnavailable");
    int ready = now.ready;
    int updated = now.updated;
    for (const Object& pod : pods) {
        if (is_deleting(*pod)) {
            continue;
        }
        const bool old = revision(*pod) != wanted;
        const bool surplus = old ? (!is_ready(*pod) || ready > fewest || replicas == 0) : updated > replicas;
        if (!surplus && !has_ended(*pod)) {
            continue;
        }
        ready -= is_ready(*pod) ? 1 : 0;
        updated -= old ? 0 : 1;
        delete_pod(cluster_, *pod);
    }
}

void DeploymentController::report(const json& deployment, const std::string& wanted,
                                  const std::string& refused) {
    const Count now = count(pods_of(cluster_, deployment), wanted);
    const bool available = now.ready >= replicas_of(deployment) - rolling(deployment, "maxUnavailable");
    json conditions =
        json::array({condition("Available", available ? "True" : "False",
                               available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", "")});
    if (!refused.empty()) {
        conditions.push_back(condition("ReplicaFailure", "True", "FailedCreate", refused));
    }
    set_status(cluster_, kDeployment, deployment,
               {{"observedGeneration", deployment.at("metadata").at("generation")},
                {"replicas", now.all},
                {"updatedReplicas", now.updated},
                {"readyReplicas", now.ready},
                {"availableReplicas", now.ready},
                {"conditions", std::move(conditions)}});
}

}  // namespace support::simulation
