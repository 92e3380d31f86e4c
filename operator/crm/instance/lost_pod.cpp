#include "operator/crm/instance/lost_pod.h"

#include "common/rfc3339.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"

#include <algorithm>

namespace crm {

using kube::json;

std::optional<std::chrono::seconds> time_until_lost(const CrmInstance& instance, const Observed& observed,
                                                    const std::string& now) {
    const auto workload = observed.rollout(kStatefulSet, database_name(instance.name()));
    const Condition* ready = instance.status.find(condition::kDatabaseReady);
    if (!workload || workload->wanted == 0 || workload->ready > 0 || ready == nullptr ||
        ready->status == Truth::yes || observed.find(kPod, database_pod_name(instance.name())) != nullptr) {
        return std::nullopt;
    }
    const auto since = common::parse_rfc3339_seconds(ready->last_transition_time);
    const auto at = common::parse_rfc3339_seconds(now);
    const std::chrono::seconds waited = since && at ? *at - *since : kTimeForAPod;
    return std::clamp(kTimeForAPod - waited, std::chrono::seconds(0), kTimeForAPod);
}

Action look_for_pod(const CrmInstance& instance) {
    const kube::ObjectKey key{instance.identity.key.ns, database_pod_name(instance.name())};
    return {.verb = Verb::adopt,
            .kind = kPod,
            .key = key,
            .object = json::object(
                {{"apiVersion", kPod.api_version()},
                 {"kind", kPod.kind},
                 {"metadata",
                  json::object({{"name", key.name},
                                {"namespace", key.ns},
                                {"labels", selector_labels(instance.name(), Component::database)}})}})};
}

}  // namespace crm
