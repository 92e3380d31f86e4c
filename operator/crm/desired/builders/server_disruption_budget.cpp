#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

using kube::json;

/// Pods of the server are evicted one after the other; those that are not ready anyway never keep a node from
/// being drained. There is nothing to keep of a single replica.
json server_disruption_budget(const CrmInstance& instance, const Context&) {
    if (instance.spec.replicas < 2) {
        return nullptr;
    }
    json result =
        owned_object(kPodDisruptionBudget, instance, server_name(instance.name()), Component::server);
    result["spec"] = json::object(
        {{"maxUnavailable", 1},
         {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::server)}})}});
    return result;
}

}  // namespace crm
