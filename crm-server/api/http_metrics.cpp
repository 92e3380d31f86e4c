#include "crm-server/api/http_metrics.h"

#include "common/log.h"

#include <chrono>
#include <string>

namespace api {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,   0.25,   0.5,   1,    2.5,   5};

}  // namespace

HttpMetrics::HttpMetrics(prometheus::Registry& registry, const Router& router)
    : router_(router),
      requests_(prometheus::BuildCounter()
                    .Name("http_requests_total")
                    .Help("Requests answered, by route and status.")
                    .Register(registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("http_request_duration_seconds")
                     .Help("Time from the request's header to the end of its reply.")
                     .Register(registry)) {
    for (const Route& route : router.routes()) series_.push_back(make_series(route.method, route.pattern));
    series_.push_back(make_series("other", "unmatched"));
}

void HttpMetrics::observe(const common::http::Exchange& exchange) {
    const Match match = router_.match(exchange.request.method, exchange.request.path);
    Series& series = match.route != nullptr ? series_[match.index] : series_.back();
    const double seconds = std::chrono::duration<double>(exchange.duration).count();
    series.duration->Observe(seconds);
    counter(series, exchange.status).Increment();
    common::log::debug("Answered a request", {{"requestId", exchange.request.id},
                                              {"method", exchange.request.method},
                                              {"path", exchange.request.path},
                                              {"status", exchange.status},
                                              {"seconds", seconds}});
}

HttpMetrics::Series HttpMetrics::make_series(const std::string& method, const std::string& route) {
    prometheus::Labels labels{{"method", method}, {"route", route}};
    prometheus::Histogram& duration = durations_.Add(labels, kSeconds);
    return {std::move(labels), &duration, {}};
}

prometheus::Counter& HttpMetrics::counter(Series& series, int status) {
    for (const auto& [seen, known] : series.by_status) {
        if (seen == status) return *known;
    }
    prometheus::Labels labels = series.labels;
    labels.emplace("status", std::to_string(status));
    return *series.by_status.emplace_back(status, &requests_.Add(labels)).second;
}

}  // namespace api
