#include "operator/crm/builders/builders.h"
#include "operator/crm/builders/manifest.h"
#include "operator/crm/kinds.h"
#include "operator/crm/names.h"

namespace crm {
namespace {

using kube::json;

json container(const CrmInstance& instance, const std::string& image) {
    return json::object(
        {{"name", "migrate"},
         {"image", image},
         {"imagePullPolicy", "IfNotPresent"},
         {"args", json::array({"migrate", "--database-uri-file", "/etc/crm/database/uri", "--wait", "300"})},
         {"resources", resources(preset_of(instance.spec.size).server, instance.spec.server_resources)},
         {"securityContext", container_security_context()},
         {"volumeMounts", json::array({read_only_mount("database", "/etc/crm/database")})}});
}

}  // namespace

/// Brings the schema of the database to the one of the target image. A Job cannot be changed: it is created
/// once for each image, named after it, and what it runs is safe to run again.
json migration_job(const CrmInstance& instance, const Context& context) {
    const std::string image = target_image(instance.spec, context.settings);
    json result = owned_object(kJob, instance, migration_name(instance.name(), image), Component::migration);
    result["spec"] = json::object(
        {{"backoffLimit", 6},
         {"template",
          json::object(
              {{"metadata", json::object({{"labels", labels(instance.name(), Component::migration)}})},
               {"spec",
                json::object({{"serviceAccountName", service_account_name(instance.name())},
                              {"restartPolicy", "Never"},
                              {"securityContext", pod_security_context(kServerUser)},
                              {"containers", json::array({container(instance, image)})},
                              {"volumes", json::array({secret_volume(
                                              "database", database_name(instance.name()), {"uri"})})}})}})}});
    return result;
}

}  // namespace crm
