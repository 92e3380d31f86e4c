#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

using kube::json;

/// Pods of the server are evicted one after the other. With one replica, which is then away for a moment, and
/// with pods that are not ready anyway, a node can always be drained.
json server_disruption_budget(const CrmInstance& instance, const Context&) {
    json result =
        owned_object(kPodDisruptionBudget, instance, server_name(instance.name()), Component::server);
    result["spec"] = json::object(
        {{"maxUnavailable", 1},
         {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
         {"selector", json::object({{"matchLabels", selector_labels(instance.name(), Component::server)}})}});
    return result;
}

}  // namespace crm
