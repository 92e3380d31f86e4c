// The names of everything that belongs to an instance. Deterministic: the same instance finds its objects
// again after a crash, a restart, or after it was deleted and created anew.
//
// An instance's name has at most kMaximumNameLength characters, so that each of these, and what Kubernetes
// makes of them (pods, controller revision hashes), stays within 63.
#pragma once

#include "operator/kube/object.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace crm {

inline constexpr std::size_t kMaximumNameLength = 40;
/// The volume of a database pod, and the claim template it comes from.
inline constexpr std::string_view kDataVolume = "data";

std::string service_account_name(std::string_view instance);
std::string database_name(std::string_view instance);  // StatefulSet, Service and Secret
std::string database_pod_name(std::string_view instance);
std::string database_pods_name(std::string_view instance);  // headless Service
/// The claim that the StatefulSet makes for its pod, from its claim template kDataVolume.
std::string database_claim_name(std::string_view instance);
std::string server_name(std::string_view instance);  // Deployment and Service
std::string admin_secret_name(std::string_view instance);
/// One Job for each image of the server: a Job cannot be changed.
std::string migration_name(std::string_view instance, std::string_view image);

/// The instance whose database, claim, migration or pod an object of that name would be; empty when it would
/// be none.
std::string instance_of_object(const kube::Kind& kind, std::string_view name);

std::string database_host(std::string_view instance, std::string_view ns);
std::string api_endpoint(std::string_view instance, std::string_view ns);

}  // namespace crm
