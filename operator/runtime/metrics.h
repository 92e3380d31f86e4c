// The metrics of a controller. Those that controllers of this field have in common carry the names, labels
// and units of controller-runtime and client-go, so that dashboards and alerts made for them work; the others
// begin with crm_operator_.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"
#include "operator/runtime/work_queue.h"

#include <string>
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
    /// `controller` is a label of the common ones: the kind in lower case.
    Metrics(prometheus::Registry& registry, const std::string& controller, unsigned workers);

    ReflectorMetrics reflector(const kube::Kind& kind);

    void added() { adds_.Increment(); }
    void retried();
    /// A run begins: why, and how long its key was due.
    void began(std::string_view cause, TimePoint::duration waited);
    void ended(const Result<void>& result, TimePoint::duration took);
    void queue(const WorkQueue::Size& size);

    /// Writes that a budget refused.
    prometheus::Counter& refusals() { return refusals_; }

  private:
    prometheus::Family<prometheus::Counter>& lists_;
    prometheus::Family<prometheus::Counter>& watches_;
    prometheus::Family<prometheus::Counter>& errors_;
    prometheus::Family<prometheus::Gauge>& objects_;
    prometheus::Family<prometheus::Counter>& causes_;
    prometheus::Family<prometheus::Counter>& failures_;
    prometheus::Counter& refusals_;
    prometheus::Gauge& concurrency_;

    prometheus::Counter& successes_total_;
    prometheus::Counter& errors_total_;
    prometheus::Counter& reconcile_errors_;
    prometheus::Histogram& reconcile_time_;
    prometheus::Gauge& active_workers_;

    prometheus::Gauge& depth_;
    prometheus::Counter& adds_;
    prometheus::Counter& retries_;
    prometheus::Histogram& queue_duration_;
    prometheus::Histogram& work_duration_;
    prometheus::Gauge& unfinished_work_;
    prometheus::Gauge& longest_running_;
};

}  // namespace runtime
