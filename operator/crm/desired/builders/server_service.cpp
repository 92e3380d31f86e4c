#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

using kube::json;

json server_service(const CrmInstance& instance, const Context&) {
    json result = owned_object(kService, instance, server_name(instance.name()), Component::server);
    result["spec"] = json::object({{"type", "ClusterIP"},
                                   {"selector", selector_labels(instance.name(), Component::server)},
                                   {"ports", json::array({service_port("http", 80)})}});
    return result;
}

}  // namespace crm
