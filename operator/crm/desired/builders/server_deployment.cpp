#include "operator/crm/api/connections.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"
#include "operator/crm/observed/rollout.h"

namespace crm {
namespace {

using kube::json;

json port(std::string_view name, int number) {
    return json::object({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
}

json http_probe(std::string_view path, int period, int failures) {
    return json::object(
        {{"httpGet", json::object({{"path", path}, {"port", "management"}, {"scheme", "HTTP"}})},
         {"periodSeconds", period},
         {"failureThreshold", failures}});
}

json container(const CrmInstance& instance, const Context& context) {
    return json::object(
        {{"name", "server"},
         {"image", image_of(context.server_version, context.settings)},
         {"imagePullPolicy", "IfNotPresent"},
         // It listens where it does by default: on ports 8080 and 8081, whatever its version.
         {"args", json::array({"serve", "--database-host", database_host(instance.name(), instance.ns()),
                               "--database-dir", kDatabaseFolder, "--admin-dir", "/etc/crm/admin"})},
         // A variable and no option: a server of an earlier version passes over it.
         {"env",
          json::array({json::object({{"name", "CRM_DATABASE_CONNECTIONS"},
                                     {"value", std::to_string(server_connections(
                                                   context.database.size, instance.spec.replicas))}})})},
         {"ports", json::array({port("http", 8080), port("management", 8081)})},
         {"resources", resources(preset_of(instance.spec.size).server, instance.spec.server_resources)},
         {"securityContext", container_security_context()},
         {"terminationMessagePolicy", kLastWordsPolicy},
         {"livenessProbe", http_probe("/healthz", 10, 3)},
         {"readinessProbe", http_probe("/readyz", 1, 3)},
         // Until every node has heard that the pod leaves, new connections still come here.
         {"lifecycle",
          json::object({{"preStop", json::object({{"sleep", json::object({{"seconds", 5}})}})}})},
         {"volumeMounts", json::array({read_only_mount("credentials", kDatabaseFolder),
                                       read_only_mount("admin", "/etc/crm/admin")})}});
}

/// Pods of one version go to different nodes where they can: the loss of a node is not that of the server.
json spread_over_nodes(const CrmInstance& instance) {
    return json::array({json::object(
        {{"maxSkew", 1},
         {"topologyKey", "kubernetes.io/hostname"},
         {"whenUnsatisfiable", "ScheduleAnyway"},
         {"matchLabelKeys", json::array({"pod-template-hash"})},
         {"labelSelector",
          json::object({{"matchLabels", selector_labels(instance.name(), Component::server)}})}})});
}

json pod_template(const CrmInstance& instance, const Context& context) {
    json spec = pod_spec(instance, context.settings, kServerUser);
    spec.update({{"terminationGracePeriodSeconds", 45},
                 {"topologySpreadConstraints", spread_over_nodes(instance)},
                 {"containers", json::array({container(instance, context)})},
                 {"volumes", json::array({database_secret_volume(instance),
                                          secret_volume("admin", admin_secret_name(instance.name()),
                                                        {"email", "password"})})}});
    return json::object(
        {{"metadata", pod_metadata(instance, Component::server,
                                   {{std::string(kCredentialsDigest),
                                     context.database_credentials + context.admin_credentials}})},
         {"spec", std::move(spec)}});
}

}  // namespace

/// A new pod is ready before an old one goes, so that no request is refused.
json server_deployment(const CrmInstance& instance, const Context& context) {
    json result = owned_object(kDeployment, instance, server_name(instance.name()), Component::server);
    result["metadata"]["annotations"] = json::object({{std::string(kServerVersion), context.server_version}});
    result["spec"] = json::object(
        {{"replicas", instance.spec.replicas},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::server)}})},
         {"strategy",
          json::object({{"type", "RollingUpdate"},
                        {"rollingUpdate", json::object({{"maxUnavailable", 0}, {"maxSurge", kSurge}})}})},
         {"template", pod_template(instance, context)}});
    annotate_spec(result);
    return result;
}

}  // namespace crm
