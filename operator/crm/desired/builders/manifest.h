// The parts that manifests have in common.
//
// Manifests are written the way the API server writes objects back (canonical quantities, explicit
// protocols): an untouched object is then equal to its manifest, which is how drift is seen
// (desired_state.h).
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/settings.h"
#include "operator/crm/api/size.h"
#include "operator/kube/object.h"

#include <string>
#include <string_view>

namespace crm {

/// The user and group of the server image and of the postgres image.
inline constexpr int kServerUser = 65532;
inline constexpr int kPostgresUser = 10001;

/// apiVersion, kind and metadata of an object that is deleted with the instance.
kube::json owned_object(const kube::Kind& kind, const CrmInstance& instance, const std::string& name,
                        Component component);
/// The same of an object that holds data: spec.deletionPolicy decides whether it has an owner and goes with
/// it. It carries nothing that other tools take for their own.
kube::json data_object(const kube::Kind& kind, const CrmInstance& instance, const std::string& name,
                       Component component);

/// requests and limits of a container: the preset, with what the spec replaces.
kube::json resources(const Preset& preset, const Resources& replaced);

/// The metadata of an instance's pods: what the spec wants on all of them, and what is ours.
kube::json pod_metadata(const CrmInstance& instance, Component component, const kube::json& annotations);
/// The spec that all pods of an instance start from: account, pull secrets, security context. Together with
/// container_security_context() it satisfies the restricted Pod Security Standard. The pod runs as `user`,
/// whose group the files of volumes get, unless the platform chooses.
kube::json pod_spec(const CrmInstance& instance, const Settings& settings, int user);
/// Of each container: the end of the log of one that fails is kept, so that its last words can be told.
inline constexpr const char* kLastWordsPolicy = "FallbackToLogsOnError";

kube::json container_security_context();

/// A volume with keys of a Secret, readable by the pod's group alone.
kube::json secret_volume(std::string_view name, const std::string& secret,
                         std::initializer_list<std::string_view> keys);
/// The volume "credentials" with what the database's own pod and its clients log in with, and where it is
/// mounted.
kube::json database_secret_volume(const CrmInstance& instance);
inline constexpr std::string_view kDatabaseFolder = "/etc/crm/database";
kube::json empty_volume(std::string_view name);
kube::json read_only_mount(std::string_view volume, std::string_view path);
kube::json mount(std::string_view volume, std::string_view path);

/// Writes the digest of its spec on a workload: see kSpecDigest.
void annotate_spec(kube::json& workload);

/// A port of a Service that leads to the container port of the same name.
kube::json service_port(std::string_view name, int port);

}  // namespace crm
