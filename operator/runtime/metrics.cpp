#include "operator/runtime/metrics.h"

namespace runtime {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

// Those of controller-runtime and client-go: queries over the buckets of several controllers must fit.
const Buckets kReconcile = {0.005, 0.01, 0.025, 0.05, 0.1,  0.15, 0.2,  0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6,
                            0.7,   0.8,  0.9,   1.0,  1.25, 1.5,  1.75, 2.0,  2.5, 3.0,  3.5, 4.0,  4.5, 5,
                            6,     7,    8,     9,    10,   15,   20,   25,   30,  40,   50,  60};
const Buckets kQueue = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000};

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const char* name,
                                              const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Histogram>& histograms(prometheus::Registry& registry, const char* name,
                                                      const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

double seconds(TimePoint::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

prometheus::Labels of_controller(const std::string& controller) {
    return {{"controller", controller}};
}

prometheus::Labels of_queue(const std::string& controller) {
    return {{"name", controller}, {"controller", controller}};
}

prometheus::Family<prometheus::Counter>& totals(prometheus::Registry& registry) {
    return counters(registry, "controller_runtime_reconcile_total",
                    "Total number of reconciliations per controller");
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry, const std::string& controller, unsigned workers)
    : lists_(counters(registry, "crm_operator_reflector_lists_total", "Full lists begun")),
      watches_(counters(registry, "crm_operator_reflector_watches_total", "Watches begun")),
      errors_(counters(registry, "crm_operator_reflector_errors_total", "Lists and watches that failed")),
      objects_(gauges(registry, "crm_operator_store_objects", "Objects remembered")),
      causes_(
          counters(registry, "crm_operator_reconcile_causes_total",
                   "Reconciles begun, by what woke them: spec, the kind of the object that changed, list, "
                   "write, retry or calm")),
      failures_(counters(registry, "crm_operator_reconcile_failures_total",
                         "Reconciles that failed, by the kind of the error")),
      refusals_(counters(registry, "crm_operator_writes_throttled_total",
                         "Writes put off because their instance had used up its budget")
                    .Add({})),
      concurrency_(gauges(registry, "crm_operator_concurrency_limit",
                          "Instances that may be worked on at once; lower than the workers while the API "
                          "server is overloaded")
                       .Add({})),
      successes_total_(totals(registry).Add({{"controller", controller}, {"result", "success"}})),
      errors_total_(totals(registry).Add({{"controller", controller}, {"result", "error"}})),
      reconcile_errors_(counters(registry, "controller_runtime_reconcile_errors_total",
                                 "Total number of reconciliation errors per controller")
                            .Add(of_controller(controller))),
      reconcile_time_(histograms(registry, "controller_runtime_reconcile_time_seconds",
                                 "Length of time per reconciliation per controller")
                          .Add(of_controller(controller), kReconcile)),
      active_workers_(gauges(registry, "controller_runtime_active_workers",
                             "Number of currently used workers per controller")
                          .Add(of_controller(controller))),
      depth_(gauges(registry, "workqueue_depth", "Current depth of workqueue").Add(of_queue(controller))),
      adds_(counters(registry, "workqueue_adds_total", "Total number of adds handled by workqueue")
                .Add(of_queue(controller))),
      retries_(counters(registry, "workqueue_retries_total", "Total number of retries handled by workqueue")
                   .Add(of_queue(controller))),
      queue_duration_(histograms(registry, "workqueue_queue_duration_seconds",
                                 "How long in seconds an item stays in workqueue before being requested")
                          .Add(of_queue(controller), kQueue)),
      work_duration_(histograms(registry, "workqueue_work_duration_seconds",
                                "How long in seconds processing an item from workqueue takes.")
                         .Add(of_queue(controller), kQueue)),
      unfinished_work_(gauges(registry, "workqueue_unfinished_work_seconds",
                              "How many seconds of work has been done that is in progress and hasn't been "
                              "observed by work_duration. Large values indicate stuck threads.")
                           .Add(of_queue(controller))),
      longest_running_(
          gauges(registry, "workqueue_longest_running_processor_seconds",
                 "How many seconds has the longest running processor for workqueue been running.")
              .Add(of_queue(controller))) {
    gauges(registry, "controller_runtime_max_concurrent_reconciles",
           "Maximum number of concurrent reconciles per controller")
        .Add(of_controller(controller))
        .Set(workers);
}

ReflectorMetrics Metrics::reflector(const kube::Kind& kind) {
    const prometheus::Labels labels = {{"kind", std::string(kind.kind)}};
    return {lists_.Add(labels), watches_.Add(labels), errors_.Add(labels), objects_.Add(labels)};
}

void Metrics::retried() {
    adds_.Increment();
    retries_.Increment();
}

void Metrics::began(std::string_view cause, TimePoint::duration waited) {
    causes_.Add({{"cause", std::string(cause)}}).Increment();
    queue_duration_.Observe(seconds(waited));
}

void Metrics::ended(const Result<void>& result, TimePoint::duration took) {
    if (result) {
        successes_total_.Increment();
    } else {
        errors_total_.Increment();
        reconcile_errors_.Increment();
        failures_.Add({{"error", std::string(name_of(result.error().kind))}}).Increment();
    }
    reconcile_time_.Observe(seconds(took));
    work_duration_.Observe(seconds(took));
}

void Metrics::queue(const WorkQueue::Size& size) {
    depth_.Set(static_cast<double>(size.waiting));
    active_workers_.Set(static_cast<double>(size.running));
    concurrency_.Set(size.concurrency);
    unfinished_work_.Set(seconds(size.running_in_all));
    longest_running_.Set(seconds(size.longest_running));
}

}  // namespace runtime
