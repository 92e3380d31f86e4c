// How many instances are in which state: crm_operator_instances{condition="Ready",status="True"}.
#pragma once

#include "operator/kube/object.h"

#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace crm {

/// Counts along with the store of instances, so that reading costs the same for any number of them. The
/// registry must outlive it. Thread-safe.
class InstanceMetrics {
  public:
    explicit InstanceMetrics(prometheus::Registry& registry);

    /// For runtime::Store::on_fields: an instance came, went or became another; null is none.
    void changed(const kube::json& before, const kube::json& after);

  private:
    void add(const kube::json& instance, double count);

    prometheus::Family<prometheus::Gauge>& instances_;
};

}  // namespace crm
