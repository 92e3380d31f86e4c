#include "operator/crm/report/instance_metrics.h"

#include "operator/crm/api/instance_status.h"

#include <string>

namespace crm {
namespace {

prometheus::Labels labels_of(std::string_view condition, Truth status) {
    return {{"condition", std::string(condition)}, {"status", std::string(name_of(status))}};
}

}  // namespace

InstanceMetrics::InstanceMetrics(prometheus::Registry& registry)
    : instances_(prometheus::BuildGauge()
                     .Name("crm_operator_instances")
                     .Help("CrmInstances by the status of each of their conditions")
                     .Register(registry)) {
    for (const std::string_view type : {condition::kReady, condition::kAvailable, condition::kProgressing,
                                        condition::kDatabaseReady, condition::kSchemaCurrent}) {
        for (const Truth status : {Truth::yes, Truth::no, Truth::unknown}) {
            instances_.Add(labels_of(type, status)).Set(0);
        }
    }
}

void InstanceMetrics::changed(const kube::json& before, const kube::json& after) {
    add(after, 1);
    add(before, -1);
}

void InstanceMetrics::add(const kube::json& instance, double count) {
    for (const Condition& found : decode_status(instance).conditions) {
        instances_.Add(labels_of(found.type, found.status)).Increment(count);
    }
}

}  // namespace crm
