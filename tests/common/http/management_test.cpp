#include "common/http/management.h"

#include "common/http/server_thread.h"
#include "tests/support/http_client.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using support::http_get;
using support::http_request;

class Management : public testing::Test {
  protected:
    std::uint16_t port() const { return server_->port(); }

    std::atomic<bool> ready_ = true;
    Metrics metrics_;

  private:
    Result<void> state() const {
        if (ready_) return {};
        return fail(ErrorKind::unavailable, "The schema is not current.");
    }
    std::unique_ptr<ServerThread> server_ = std::move(*ServerThread::start(
        management_options({.address = "127.0.0.1"}), management([this] { return state(); }, metrics_)));
};

TEST_F(Management, IsHealthyAsLongAsItAnswers) {
    ready_ = false;
    EXPECT_EQ(http_get(port(), "/healthz").status, 200);
}

TEST_F(Management, IsReadyOrSaysWhyNot) {
    EXPECT_EQ(http_get(port(), "/readyz").status, 200);
    ready_ = false;
    const auto reply = http_get(port(), "/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(nlohmann::json::parse(reply.body)["detail"], "The schema is not current.");
}

TEST_F(Management, ExposesMetricsInTheFormatOfPrometheus) {
    const auto reply = http_get(port(), "/metrics");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(reply.body.find("\nprocess_resident_memory_bytes "), std::string::npos);
}

TEST_F(Management, AnswersHeadAsGetWithoutTheBody) {
    const auto reply = http_request(port(), "HEAD", "/healthz");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Length"), "3");
}

TEST_F(Management, KnowsNoOtherPathOrMethod) {
    EXPECT_EQ(http_get(port(), "/").status, 404);
    EXPECT_EQ(http_get(port(), "/healthz/").status, 404);
    EXPECT_EQ(http_get(port(), "/metrics?name=x").status, 200) << "a query changes nothing";
    const auto reply = http_request(port(), "POST", "/metrics");
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(http_request(port(), "get", "/metrics").status, 501);
    EXPECT_EQ(http_request(port(), "FOO", "/").status, 501);
}

TEST_F(Management, NamesItsMethods) {
    for (const char* target : {"*", "/healthz"}) {
        const auto reply = http_request(port(), "OPTIONS", target);
        EXPECT_EQ(reply.status, 204);
        EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
    }
    EXPECT_EQ(http_request(port(), "OPTIONS", "/").status, 404);
}

TEST_F(Management, ReadsNoBody) {
    EXPECT_EQ(http_request(port(), "POST", "/metrics", "x").status, 413);
}

}  // namespace
}  // namespace common::http
