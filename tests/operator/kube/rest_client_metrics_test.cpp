#include "operator/kube/rest_client_metrics.h"

#include <string>

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace kube {
namespace {

TEST(RestClientMetrics, CountRequestsByCodeHostAndMethodAsDashboardsExpect) {
    prometheus::Registry registry;
    RestClientMetrics metrics(registry, "https://10.0.0.1:443/");
    metrics.answered("PATCH", 200, std::chrono::milliseconds(20));
    metrics.answered("PATCH", 200, std::chrono::milliseconds(600));
    metrics.answered("GET", 0, std::chrono::seconds(40));
    const std::string text = prometheus::TextSerializer().Serialize(registry.Collect());
    for (const char* line :
         {R"(rest_client_requests_total{code="200",host="10.0.0.1:443",method="PATCH"} 2)",
          R"(rest_client_requests_total{code="<error>",host="10.0.0.1:443",method="GET"} 1)",
          R"(rest_client_request_duration_seconds_bucket{host="10.0.0.1:443",verb="PATCH",le="0.025"} 1)",
          R"(rest_client_request_duration_seconds_count{host="10.0.0.1:443",verb="PATCH"} 2)"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
    }
}

}  // namespace
}  // namespace kube
