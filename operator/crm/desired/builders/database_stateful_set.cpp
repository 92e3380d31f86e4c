#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {
namespace {

using kube::json;

json pg_isready() {
    return json::object(
        {{"command", json::array({"pg_isready", "-q", "-h", "127.0.0.1", "-U", "crm", "-d", "crm"})}});
}

json container(const CrmInstance& instance, const Context& context) {
    const SizePreset& size = preset_of(instance.spec.size);
    return json::object(
        {{"name", "postgres"},
         {"image", context.settings.postgres_image},
         {"imagePullPolicy", "IfNotPresent"},
         {"args", size.postgres_settings},
         {"ports", json::array({json::object(
                       {{"name", "postgresql"}, {"containerPort", 5432}, {"protocol", "TCP"}})})},
         {"resources", resources(size.database, instance.spec.database_resources)},
         {"securityContext", container_security_context()},
         // Recovery after a crash can take long and must not be killed: an hour. There is no liveness probe,
         // since a busy database is not helped by a restart, and a dead one ends its container.
         {"startupProbe",
          json::object({{"exec", pg_isready()}, {"periodSeconds", 1}, {"failureThreshold", 3600}})},
         {"readinessProbe",
          json::object({{"exec", pg_isready()}, {"periodSeconds", 5}, {"timeoutSeconds", 3}})},
         {"volumeMounts",
          json::array({mount(kDataVolume, "/var/lib/postgresql/data"), mount("sockets", "/run/postgresql"),
                       mount("tmp", "/tmp"), read_only_mount("credentials", kDatabaseFolder)})}});
}

json pod_template(const CrmInstance& instance, const Context& context) {
    return json::object(
        {{"metadata", json::object({{"labels", labels(instance.name(), Component::database)},
                                    {"annotations", json::object({{std::string(kCredentialsDigest),
                                                                   context.database_credentials}})}})},
         {"spec", json::object({{"serviceAccountName", service_account_name(instance.name())},
                                {"securityContext", pod_security_context(kPostgresUser)},
                                // A fast shutdown writes a checkpoint.
                                {"terminationGracePeriodSeconds", 60},
                                {"containers", json::array({container(instance, context)})},
                                {"volumes", json::array({database_secret_volume(instance),
                                                         empty_volume("sockets"), empty_volume("tmp")})}})}});
}

/// The list of claim templates is owned as a whole, so the values that the API server adds are written too.
json volume_claim_template(const CrmInstance& instance) {
    json spec = json::object(
        {{"accessModes", json::array({"ReadWriteOnce"})},
         {"volumeMode", "Filesystem"},
         {"resources",
          json::object({{"requests", json::object({{"storage", instance.spec.storage_size}})}})}});
    if (instance.spec.storage_class) {
        spec["storageClassName"] = *instance.spec.storage_class;
    }
    return json::object(
        {{"apiVersion", "v1"},
         {"kind", "PersistentVolumeClaim"},
         {"metadata",
          json::object({{"name", kDataVolume}, {"labels", labels(instance.name(), Component::database)}})},
         {"spec", std::move(spec)},
         {"status", json::object({{"phase", "Pending"}})}});
}

}  // namespace

json database_stateful_set(const CrmInstance& instance, const Context& context) {
    json result = owned_object(kStatefulSet, instance, database_name(instance.name()), Component::database);
    result["spec"] = json::object(
        {{"replicas", 1},
         // A pod that never becomes ready is replaced when the template is corrected; in order, it would be
         // waited for.
         {"podManagementPolicy", "Parallel"},
         {"serviceName", database_pods_name(instance.name())},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::database)}})},
         // Volumes go with the instance, if at all, and not with this object: see database_claim().
         {"persistentVolumeClaimRetentionPolicy",
          json::object({{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}})},
         {"template", pod_template(instance, context)},
         {"volumeClaimTemplates", json::array({volume_claim_template(instance)})}});
    return result;
}

}  // namespace crm
