// The kinds of the Kubernetes API that the domain uses.
#pragma once

#include "operator/kube/object.h"

namespace crm {

inline constexpr kube::Kind kCrmInstance{"crm-operator.dev", "v1alpha1", "CrmInstance", "crminstances"};

inline constexpr kube::Kind kServiceAccount{"", "v1", "ServiceAccount", "serviceaccounts"};
inline constexpr kube::Kind kSecret{"", "v1", "Secret", "secrets"};
inline constexpr kube::Kind kService{"", "v1", "Service", "services"};
inline constexpr kube::Kind kPersistentVolumeClaim{"", "v1", "PersistentVolumeClaim",
                                                   "persistentvolumeclaims"};
inline constexpr kube::Kind kStatefulSet{"apps", "v1", "StatefulSet", "statefulsets"};
inline constexpr kube::Kind kDeployment{"apps", "v1", "Deployment", "deployments"};
/// What keeps the earlier templates of a Deployment, and of a StatefulSet.
inline constexpr kube::Kind kReplicaSet{"apps", "v1", "ReplicaSet", "replicasets"};
inline constexpr kube::Kind kControllerRevision{"apps", "v1", "ControllerRevision", "controllerrevisions"};
inline constexpr kube::Kind kJob{"batch", "v1", "Job", "jobs"};
inline constexpr kube::Kind kPod{"", "v1", "Pod", "pods"};
inline constexpr kube::Kind kNode{"", "v1", "Node", "nodes"};
inline constexpr kube::Kind kPodDisruptionBudget{"policy", "v1", "PodDisruptionBudget",
                                                 "poddisruptionbudgets"};
inline constexpr kube::Kind kEvent{"", "v1", "Event", "events"};

/// Of which pods are made that run on, and are replaced one after the other.
inline bool is_rolled(const kube::Kind& kind) {
    return kind == kDeployment || kind == kStatefulSet;
}

/// Of which pods are made.
inline bool is_workload(const kube::Kind& kind) {
    return is_rolled(kind) || kind == kJob;
}

}  // namespace crm
