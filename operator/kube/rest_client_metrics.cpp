#include "operator/kube/rest_client_metrics.h"

namespace kube {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.005, 0.025, 0.1, 0.25, 0.5, 1,
                                                          2,     4,     8,   15,   30,  60};

/// With its port, as in a Host header.
std::string host_and_port(std::string_view url) {
    const std::size_t scheme = url.find("://");
    url = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
    return std::string(url.substr(0, url.find('/')));
}

}  // namespace

RestClientMetrics::RestClientMetrics(prometheus::Registry& registry, std::string_view server)
    : host_(host_and_port(server)),
      requests_(prometheus::BuildCounter()
                    .Name("rest_client_requests_total")
                    .Help("Number of HTTP requests, partitioned by status code, method, and host.")
                    .Register(registry)),
      duration_(prometheus::BuildHistogram()
                    .Name("rest_client_request_duration_seconds")
                    .Help("Request latency in seconds. Broken down by verb, and host.")
                    .Register(registry)) {}

void RestClientMetrics::answered(std::string_view method, int status, std::chrono::nanoseconds took) {
    const std::string verb(method);
    requests_
        .Add({{"code", status == 0 ? "<error>" : std::to_string(status)}, {"host", host_}, {"method", verb}})
        .Increment();
    duration_.Add({{"verb", verb}, {"host", host_}}, kSeconds)
        .Observe(std::chrono::duration<double>(took).count());
}

}  // namespace kube
