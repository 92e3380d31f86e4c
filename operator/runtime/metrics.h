// The metrics of a controller, in the names that dashboards for controllers expect.
#pragma once

#include "operator/kube/object.h"
#include "operator/runtime/work_queue.h"

#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace runtime {

/// What the reflector of one kind counts. Thread-safe.
struct ReflectorMetrics {
    prometheus::Counter& lists;    // begun
    prometheus::Counter& watches;  // begun
    prometheus::Counter& errors;
    prometheus::Gauge& objects;  // in its store
};

/// Registers with, and must not outlive, the registry. Thread-safe.
class Metrics {
  public:
    explicit Metrics(prometheus::Registry& registry);

    ReflectorMetrics reflector(const kube::Kind& kind);

    /// `result`: success or the name of an ErrorKind.
    void reconciled(std::string_view result, TimePoint::duration took);
    void waited(TimePoint::duration waited);
    void queue(const WorkQueue::Size& size);

  private:
    prometheus::Family<prometheus::Counter>& lists_;
    prometheus::Family<prometheus::Counter>& watches_;
    prometheus::Family<prometheus::Counter>& errors_;
    prometheus::Family<prometheus::Gauge>& objects_;
    prometheus::Family<prometheus::Counter>& reconciles_;
    prometheus::Histogram& duration_;
    prometheus::Histogram& latency_;
    prometheus::Gauge& depth_;
    prometheus::Gauge& running_;
    prometheus::Gauge& concurrency_;
};

}  // namespace runtime
