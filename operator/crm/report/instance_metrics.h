// How many instances are in which state: crm_operator_instances{condition="Ready",status="True"}.
#pragma once

#include <string_view>

#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace crm {

/// Counts along with the store of instances, so that reading costs the same for any number of them. The
/// registry must outlive it. Thread-safe.
class InstanceMetrics {
  public:
    explicit InstanceMetrics(prometheus::Registry& registry);

    /// For runtime::Store::on_fields: an instance came, went or became another.
    void changed(std::string_view before, std::string_view after);

  private:
    void add(std::string_view fields, double count);

    prometheus::Family<prometheus::Gauge>& instances_;
};

}  // namespace crm
