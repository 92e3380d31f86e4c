#include "crm-server/api/http_metrics.h"

#include "common/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::HasSubstr;
using testing::Not;

class HttpMetricsTest : public testing::Test {
  protected:
    void observe(const char* method, const char* path, int status) {
        common::http::Request request;
        request.method = method;
        request.path = path;
        http_metrics_.observe({request, status, std::chrono::milliseconds(2)});
    }

    Router router_{{{"GET", "/v1/things/{id}", Access::authenticated, {}}}};
    common::Metrics metrics_;
    HttpMetrics http_metrics_{metrics_.registry(), router_};
};

TEST_F(HttpMetricsTest, CountsByThePatternOfTheRoute) {
    observe("GET", "/v1/things/1", 200);
    observe("HEAD", "/v1/things/2", 200);
    observe("GET", "/v1/things/3", 404);
    const std::string text = metrics_.text();
    EXPECT_THAT(text,
                HasSubstr(R"(http_requests_total{method="GET",route="/v1/things/{id}",status="200"} 2)"));
    EXPECT_THAT(text,
                HasSubstr(R"(http_requests_total{method="GET",route="/v1/things/{id}",status="404"} 1)"));
    EXPECT_THAT(text,
                HasSubstr(R"(http_request_duration_seconds_count{method="GET",route="/v1/things/{id}"} 3)"));
    EXPECT_THAT(
        text,
        HasSubstr(
            R"(http_request_duration_seconds_bucket{method="GET",route="/v1/things/{id}",le="0.0025"} 3)"));
}

TEST_F(HttpMetricsTest, MakesNoSeriesOfWhatAClientInvents) {
    observe("BREW", "/coffee", 404);
    observe("PUT", "/v1/things/1", 405);
    const std::string text = metrics_.text();
    EXPECT_THAT(text, HasSubstr(R"(http_requests_total{method="other",route="unmatched",status="404"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(http_requests_total{method="other",route="unmatched",status="405"} 1)"));
    EXPECT_THAT(text, Not(HasSubstr("BREW")));
    EXPECT_THAT(text, Not(HasSubstr("coffee")));
}

}  // namespace
}  // namespace api
