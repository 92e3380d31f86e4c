#include "operator/crm/report/instance_metrics.h"

#include "operator/crm/api/instance_status.h"

#include <map>
#include <string>
#include <utility>

namespace crm {

InstanceMetrics::InstanceMetrics(prometheus::Registry& registry, const runtime::Store& instances)
    : instances_metric_(prometheus::BuildGauge()
                            .Name("crm_instances")
                            .Help("CrmInstances by the status of each of their conditions.")
                            .Register(registry)),
      instances_(instances) {}

void InstanceMetrics::refresh() {
    std::map<std::pair<std::string, Truth>, int> counts;
    for (const std::string_view type : {condition::kReady, condition::kAvailable, condition::kProgressing,
                                        condition::kDatabaseReady, condition::kSchemaCurrent}) {
        for (const Truth truth : {Truth::yes, Truth::no, Truth::unknown}) {
            counts[{std::string(type), truth}] = 0;
        }
    }
    for (const kube::ObjectKey& key : instances_.owners()) {
        if (const auto stored = instances_.get(key)) {
            for (const Condition& found : decode_status(kube::json::parse(stored->fields)).conditions) {
                ++counts[{found.type, found.status}];
            }
        }
    }
    for (const auto& [labels, count] : counts) {
        instances_metric_.Add({{"condition", labels.first}, {"status", std::string(name_of(labels.second))}})
            .Set(count);
    }
}

}  // namespace crm
