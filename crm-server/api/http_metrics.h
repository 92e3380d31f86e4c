// http_requests_total{method,route,status} and http_request_duration_seconds{method,route}.
#pragma once

#include "common/http/server.h"
#include "crm-server/api/router.h"

#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace api {

/// The labels come from the route table alone, so that no client can make series: what no route answers
/// counts as route="unmatched", and HEAD as the GET it is. One event loop; registry and router outlive it.
class HttpMetrics {
  public:
    HttpMetrics(prometheus::Registry& registry, const Router& router);

    /// Counts the finished request, and logs it at debug.
    void observe(const common::http::Exchange& exchange);

  private:
    struct Series {
        prometheus::Labels labels;
        prometheus::Histogram* duration;
        std::vector<std::pair<int, prometheus::Counter*>> by_status;  // those seen so far: a handful
    };

    Series make_series(const std::string& method, const std::string& route);
    prometheus::Counter& counter(Series& series, int status);

    const Router& router_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& durations_;
    std::vector<Series> series_;  // by route index; unmatched last
};

}  // namespace api
