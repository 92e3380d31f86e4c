#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

using kube::json;

/// Gives each database pod a name of its own, ready or not, as members of a cluster need it.
json database_pods_service(const CrmInstance& instance, const Context&) {
    json result = owned_object(kService, instance, database_pods_name(instance.name()), Component::database);
    result["spec"] = json::object({{"clusterIP", "None"},
                                   {"publishNotReadyAddresses", true},
                                   {"selector", selector_labels(instance.name(), Component::database)},
                                   {"ports", json::array({service_port("postgresql", 5432)})}});
    return result;
}

/// Where the server finds the database that takes writes.
json database_service(const CrmInstance& instance, const Context&) {
    json result = owned_object(kService, instance, database_name(instance.name()), Component::database);
    result["spec"] = json::object({{"type", "ClusterIP"},
                                   {"selector", selector_labels(instance.name(), Component::database)},
                                   {"ports", json::array({service_port("postgresql", 5432)})}});
    return result;
}

}  // namespace crm
