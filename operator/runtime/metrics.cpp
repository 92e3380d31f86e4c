#include "operator/runtime/metrics.h"

#include <string>

namespace runtime {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const char* name,
                                              const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help) {
    // From a reconcile that finds nothing to do (tens of microseconds) to one that waits for a slow server.
    static const Buckets kSeconds = {0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30};
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

double seconds(TimePoint::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : lists_(counters(registry, "reflector_lists_total", "Full lists begun")),
      watches_(counters(registry, "reflector_watches_total", "Watches begun")),
      errors_(counters(registry, "reflector_errors_total", "Lists and watches that failed")),
      objects_(gauges(registry, "store_objects", "Objects remembered")),
      reconciles_(counters(registry, "controller_reconcile_total", "Reconciles ended, by result")),
      duration_(histogram(registry, "controller_reconcile_duration_seconds", "How long a reconcile took")),
      latency_(histogram(registry, "workqueue_latency_seconds", "How long a due key waited for a worker")),
      depth_(gauges(registry, "workqueue_depth", "Keys that wait for a time or a worker").Add({})),
      running_(gauges(registry, "controller_running_reconciles", "Keys being worked").Add({})),
      concurrency_(gauges(registry, "controller_concurrency_limit",
                          "Keys that may be worked at once; lower than the workers while the API server is "
                          "overloaded")
                       .Add({})) {}

ReflectorMetrics Metrics::reflector(const kube::Kind& kind) {
    const prometheus::Labels labels = {{"kind", std::string(kind.kind)}};
    return {lists_.Add(labels), watches_.Add(labels), errors_.Add(labels), objects_.Add(labels)};
}

void Metrics::reconciled(std::string_view result, TimePoint::duration took) {
    reconciles_.Add({{"result", std::string(result)}}).Increment();
    duration_.Observe(seconds(took));
}

void Metrics::waited(TimePoint::duration waited) {
    latency_.Observe(seconds(waited));
}

void Metrics::queue(const WorkQueue::Size& size) {
    depth_.Set(static_cast<double>(size.waiting));
    running_.Set(static_cast<double>(size.running));
    concurrency_.Set(size.concurrency);
}

}  // namespace runtime
