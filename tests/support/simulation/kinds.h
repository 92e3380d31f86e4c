// The built-in kinds that the simulated controllers work with.
#pragma once

#include "operator/kube/object.h"

namespace support::simulation {

inline constexpr kube::Kind kPod{"", "v1", "Pod", "pods"};
inline constexpr kube::Kind kPersistentVolumeClaim{"", "v1", "PersistentVolumeClaim",
                                                   "persistentvolumeclaims"};
inline constexpr kube::Kind kDeployment{"apps", "v1", "Deployment", "deployments"};
inline constexpr kube::Kind kStatefulSet{"apps", "v1", "StatefulSet", "statefulsets"};
inline constexpr kube::Kind kJob{"batch", "v1", "Job", "jobs"};

}  // namespace support::simulation
