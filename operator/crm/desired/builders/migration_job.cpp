#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {
namespace {

using kube::json;

/// What `crm-server migrate` ends with when the database could not be reached (EX_TEMPFAIL of sysexits.h).
constexpr int kDatabaseUnreachable = 75;

json container(const CrmInstance& instance, const std::string& image) {
    return json::object(
        {{"name", "migrate"},
         {"image", image},
         {"imagePullPolicy", "IfNotPresent"},
         {"args", json::array({"migrate", "--database-host", database_host(instance.name(), instance.ns()),
                               "--database-dir", kDatabaseFolder, "--wait", "300"})},
         {"resources", resources(preset_of(instance.spec.size).server, instance.spec.server_resources)},
         {"securityContext", container_security_context()},
         {"terminationMessagePolicy", kLastWordsPolicy},
         {"volumeMounts", json::array({read_only_mount("credentials", kDatabaseFolder)})}});
}

/// A database that is not there yet, or a pod that its node threw out, is no failed migration.
json pod_failure_policy() {
    return json::object(
        {{"rules",
          json::array(
              {json::object(
                   {{"action", "Ignore"},
                    {"onExitCodes", json::object({{"containerName", "migrate"},
                                                  {"operator", "In"},
                                                  {"values", json::array({kDatabaseUnreachable})}})}}),
               json::object({{"action", "Ignore"},
                             {"onPodConditions", json::array({json::object({{"type", "DisruptionTarget"},
                                                                            {"status", "True"}})})}})})}});
}

json pod_template(const CrmInstance& instance, const Context& context, const std::string& image) {
    json spec = pod_spec(instance, context.settings, kServerUser);
    spec.update({{"restartPolicy", "Never"},
                 {"containers", json::array({container(instance, image)})},
                 {"volumes", json::array({database_secret_volume(instance)})}});
    return json::object({{"metadata", pod_metadata(instance, Component::migration, json::object())},
                         {"spec", std::move(spec)}});
}

}  // namespace

/// Brings the schema of the database to the one of the target image. A Job cannot be changed: it is created
/// once for each image, named after it, and what it runs is safe to run again. A Job that was made from
/// another spec is told by its digest.
json migration_job(const CrmInstance& instance, const Context& context) {
    const std::string image = target_image(instance.spec, context.settings);
    json result = owned_object(kJob, instance, migration_name(instance.name(), image), Component::migration);
    result["spec"] = json::object({{"backoffLimit", 2},
                                   {"podFailurePolicy", pod_failure_policy()},
                                   {"template", pod_template(instance, context, image)}});
    annotate_spec(result);
    if (!context.claim_uid.empty()) {
        result["metadata"]["annotations"][std::string(kClaimUid)] = context.claim_uid;
    }
    return result;
}

}  // namespace crm
