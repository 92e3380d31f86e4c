// Metrics in the Prometheus text format.
#pragma once

#include <memory>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace common {

/// The metrics of a process. Families are built once at start and the returned references used from any
/// thread; they live as long as this object.
class Metrics {
  public:
    Metrics();

    prometheus::Registry& registry() { return *registry_; }

    /// The exposition text, with the process metrics (process_resident_memory_bytes and the others that
    /// Prometheus' clients have in common) read afresh. One thread at a time.
    std::string text();

  private:
    std::unique_ptr<prometheus::Registry> registry_;
    prometheus::Gauge& resident_memory_;
    prometheus::Gauge& virtual_memory_;
    prometheus::Gauge& open_files_;
    prometheus::Counter& cpu_seconds_;
};

}  // namespace common
