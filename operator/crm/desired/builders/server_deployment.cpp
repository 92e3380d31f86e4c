#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

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
         {"image", context.server_image},
         {"imagePullPolicy", "IfNotPresent"},
         // It listens where it does by default: on ports 8080 and 8081, whatever its version.
         {"args", json::array({"serve", "--database-host", database_host(instance.name(), instance.ns()),
                               "--database-dir", kDatabaseFolder, "--admin-dir", "/etc/crm/admin"})},
         {"ports", json::array({port("http", 8080), port("management", 8081)})},
         {"resources", resources(preset_of(instance.spec.size).server, instance.spec.server_resources)},
         {"securityContext", container_security_context()},
         {"livenessProbe", http_probe("/healthz", 10, 3)},
         {"readinessProbe", http_probe("/readyz", 1, 3)},
         // Until every node has heard that the pod leaves, new connections still come here.
         {"lifecycle",
          json::object({{"preStop", json::object({{"sleep", json::object({{"seconds", 5}})}})}})},
         {"volumeMounts", json::array({read_only_mount("credentials", kDatabaseFolder),
                                       read_only_mount("admin", "/etc/crm/admin")})}});
}

json pod_template(const CrmInstance& instance, const Context& context) {
    return json::object(
        {{"metadata", json::object({{"labels", labels(instance.name(), Component::server)},
                                    {"annotations", json::object({{std::string(kCredentialsDigest),
                                                                   context.database_credentials +
                                                                       context.admin_credentials}})}})},
         {"spec",
          json::object({{"serviceAccountName", service_account_name(instance.name())},
                        {"securityContext", pod_security_context(kServerUser)},
                        {"terminationGracePeriodSeconds", 45},
                        {"containers", json::array({container(instance, context)})},
                        {"volumes", json::array({database_secret_volume(instance),
                                                 secret_volume("admin", admin_secret_name(instance.name()),
                                                               {"email", "password"})})}})}});
}

}  // namespace

/// A new pod is ready before an old one goes, so that no request is refused.
json server_deployment(const CrmInstance& instance, const Context& context) {
    json result = owned_object(kDeployment, instance, server_name(instance.name()), Component::server);
    result["spec"] = json::object(
        {{"replicas", instance.spec.replicas},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::server)}})},
         {"strategy",
          json::object({{"type", "RollingUpdate"},
                        {"rollingUpdate", json::object({{"maxUnavailable", 0}, {"maxSurge", 1}})}})},
         {"template", pod_template(instance, context)}});
    annotate_spec(result);
    return result;
}

}  // namespace crm
