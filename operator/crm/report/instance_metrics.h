// How many instances are in which state: crm_instances{condition="Ready",status="True"}.
#pragma once

#include "operator/runtime/store.h"

#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace crm {

/// Counted from the store when somebody asks, so that nothing has to be kept up to date meanwhile.
/// What it refers to must outlive it.
class InstanceMetrics {
  public:
    InstanceMetrics(prometheus::Registry& registry, const runtime::Store& instances);

    /// Sets the gauges to what the store holds now. One thread at a time.
    void refresh();

  private:
    prometheus::Family<prometheus::Gauge>& instances_metric_;
    const runtime::Store& instances_;
};

}  // namespace crm
