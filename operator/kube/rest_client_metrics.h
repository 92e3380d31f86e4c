// Requests to the API server as HTTP sees them, in the names, labels and units of client-go, which dashboards
// of any controller read.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace kube {

/// rest_client_requests_total{code, host, method} and rest_client_request_duration_seconds{verb, host}. The
/// registry must outlive it. Thread-safe.
class RestClientMetrics {
  public:
    /// `server`: the base URL of the API server.
    RestClientMetrics(prometheus::Registry& registry, std::string_view server);

    /// One request whose answer has begun; status 0 when none came.
    void answered(std::string_view method, int status, std::chrono::nanoseconds took);

  private:
    const std::string host_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& duration_;
};

}  // namespace kube
