#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"
#include "operator/kube/field_ownership.h"

namespace crm {
namespace {

using kube::json;

json pg_isready() {
    return json::object(
        {{"command", json::array({"pg_isready", "-q", "-h", "127.0.0.1", "-U", "crm", "-d", "crm"})}});
}

json container(const Context& context) {
    const json amounts = encode(context.database);
    return json::object(
        {{"name", "postgres"},
         {"image", context.settings.postgres_image},
         {"imagePullPolicy", "IfNotPresent"},
         {"args", preset_of(context.database.size).postgres_settings},
         {"ports", json::array({json::object(
                       {{"name", "postgresql"}, {"containerPort", 5432}, {"protocol", "TCP"}})})},
         {"resources", json::object({{"requests", amounts["requests"]}, {"limits", amounts["limits"]}})},
         {"securityContext", container_security_context()},
         {"terminationMessagePolicy", kLastWordsPolicy},
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
    json spec = pod_spec(instance, context.settings, kPostgresUser);
    spec.update({// A fast shutdown writes a checkpoint.
                 {"terminationGracePeriodSeconds", 60},
                 {"containers", json::array({container(context)})},
                 {"volumes", json::array({database_secret_volume(instance), empty_volume("sockets"),
                                          empty_volume("tmp")})}});
    return json::object(
        {{"metadata", pod_metadata(instance, Component::database,
                                   {{std::string(kCredentialsDigest), context.database_credentials}})},
         {"spec", std::move(spec)}});
}

/// What of a template is worth a restart of the database: all but our labels, and what is about watching it.
json worth_a_restart(json of_template, const std::string& instance) {
    const json ours = labels(instance, Component::database);
    for (const auto& [key, value] : ours.items()) {
        of_template["metadata"]["labels"].erase(key);
    }
    for (json& each : of_template["spec"]["containers"]) {
        for (const char* field : {"startupProbe", "readinessProbe", "terminationMessagePolicy"}) {
            each.erase(field);
        }
    }
    return of_template;
}

/// The list of claim templates is owned as a whole, so the values that the API server adds are written too.
/// It cannot be changed: what the deletion policy says is written to the claim, see database_claim().
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
         {"metadata", json::object({{"name", kDataVolume},
                                    {"labels", selector_labels(instance.name(), Component::database)},
                                    {"annotations", keeping_annotations(DeletionPolicy::retain)}})},
         {"spec", std::move(spec)},
         {"status", json::object({{"phase", "Pending"}})}});
}

}  // namespace

json database_stateful_set(const CrmInstance& instance, const Context& context) {
    json of_template = pod_template(instance, context);
    of_template["metadata"]["annotations"][std::string(kTemplateDigest)] =
        kube::digest_text(worth_a_restart(of_template, instance.name()));
    json result = owned_object(kStatefulSet, instance, database_name(instance.name()), Component::database);
    result["spec"] = json::object(
        {{"replicas", 1},
         // A pod that never becomes ready is replaced when the template is corrected; in order, it would be
         // waited for.
         {"podManagementPolicy", "Parallel"},
         // When its pod may go is for the operator to say: see plan_restart().
         {"updateStrategy", json::object({{"type", "OnDelete"}})},
         {"serviceName", database_pods_name(instance.name())},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::database)}})},
         // Volumes go with the instance, if at all, and not with this object: see database_claim().
         {"persistentVolumeClaimRetentionPolicy",
          json::object({{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}})},
         {"template", std::move(of_template)},
         {"volumeClaimTemplates", json::array({volume_claim_template(instance)})}});
    annotate_spec(result);
    result["metadata"]["annotations"][std::string(kFootprint)] = encode(context.database).dump();
    return result;
}

}  // namespace crm
