// What the bodies of requests may take, and who is asked before one is read.
#include "tests/common/http/test_server.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using nlohmann::json;
using support::eventually;
using support::http_get;
using support::http_request;
using support::HttpConnection;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

std::string header(std::string_view path, std::size_t length, std::string_view more = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) +
           "\r\n" + std::string(more) + "\r\n";
}

std::string chunked(std::string_view path) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
}

/// /refused is refused, /open takes 16 KiB from nobody known, /throw and /forge go wrong, all else takes 1
/// MiB.
Task<Admission> admit(const Request& request) {
    EXPECT_TRUE(request.body.empty());
    EXPECT_FALSE(request.id.empty());
    EXPECT_EQ(request.remote_address, "127.0.0.1");
    if (request.path == "/throw") throw std::runtime_error("a secret of the application");
    if (request.path == "/forge") {
        co_return tl::unexpected(Response{.status = 401, .headers = {{"X", "a\r\nSet-Cookie: admin=1"}}});
    }
    if (request.path == "/refused") {
        co_return tl::unexpected(Response{.status = 401, .body = request.id});
    }
    if (request.path == "/open") co_return BodyTerms{.limit = 16 * kKiB, .anonymous = true};
    co_return BodyTerms{.limit = kMiB};
}

TEST(Body, IsNotReadWhenItIsRefusedByTheHeader) {
    TestServer server({}, admit);
    for (const std::string& request : {header("/refused", 100), chunked("/refused"),
                                       header("/refused", 100, "Expect: 100-continue\r\n")}) {
        HttpConnection connection(server.port());
        connection.send(request);
        const auto reply = connection.receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 401) << "and no 100 before it";
        EXPECT_EQ(reply->body, reply->header("X-Request-Id"));
        EXPECT_EQ(reply->header("Connection"), "close");
        EXPECT_TRUE(connection.closed_by_server());
    }
    EXPECT_TRUE(eventually([&] { return server.observed() == std::vector{401, 401, 401}; }));
}

TEST(Body, ThatIsRefusedIsNoRequest) {
    TestServer server({}, admit);
    HttpConnection connection(server.port());
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    connection.send(header("/refused", smuggled.size()) + smuggled);
    EXPECT_EQ(connection.receive()->status, 401);
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(Body, IsAskedForOnceItIsAdmitted) {
    TestServer server({}, admit);
    HttpConnection connection(server.port());
    connection.send(header("/", 5, "Expect: 100-continue\r\n"));
    EXPECT_EQ(connection.receive()->status, 100);
    connection.send("hello");
    EXPECT_EQ(json::parse(connection.receive()->body)["body"], "hello");
}

TEST(Body, IsTheOnlyThingThatIsAdmitted) {
    std::atomic<int> asked = 0;
    TestServer server({}, [&asked](const Request& request) {
        ++asked;
        return admit(request);
    });
    EXPECT_EQ(http_get(server.port(), "/refused").status, 200);
    EXPECT_EQ(http_request(server.port(), "POST", "/refused").status, 200) << "of no length is none";
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(http_request(server.port(), "GET", "/refused", "x").status, 401);
    EXPECT_EQ(asked, 1);
}

TEST(Body, HasTheLimitThatItWasAdmittedWith) {
    TestServer server({}, admit);
    const std::string longest(16 * kKiB, 'x');
    EXPECT_EQ(json::parse(http_request(server.port(), "POST", "/open", longest).body)["size"],
              longest.size());

    for (const char* more : {"", "Expect: 100-continue\r\n"}) {
        HttpConnection announced(server.port());
        announced.send(header("/open", longest.size() + 1, more));
        EXPECT_EQ(announced.receive()->status, 413) << "before any of it was sent";
    }
    HttpConnection in_chunks(server.port());
    in_chunks.send(chunked("/open") + "4000\r\n" + longest + "\r\n1\r\nx\r\n0\r\n\r\n");
    EXPECT_EQ(in_chunks.receive()->status, 413);

    TestServer strict({.body_limit = 100}, admit);
    EXPECT_EQ(http_request(strict.port(), "POST", "/", std::string(101, 'x')).status, 413)
        << "the server's own limit holds besides";
}

TEST(Body, IsRefusedWhenTheApplicationFailsToSay) {
    TestServer server({}, admit);
    testing::internal::CaptureStderr();
    for (const char* path : {"/throw", "/forge"}) {
        const auto reply = http_request(server.port(), "POST", path, "x");
        EXPECT_EQ(reply.status, 500);
        EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
        EXPECT_EQ(reply.body.find("secret"), std::string::npos);
        EXPECT_EQ(reply.header("Set-Cookie"), "");
    }
    EXPECT_NE(testing::internal::GetCapturedStderr().find("a secret of the application"), std::string::npos);
}

TEST(BodyBudget, BoundsWhatSilentClientsTakeTogether) {
    constexpr std::size_t kBudget = 32 * kMiB;  // as it is by default
    constexpr std::size_t kClients = 400;
    TestServer server;
    const std::string all_but_one(kMiB - 1, 'x');
    std::vector<HttpConnection> silent;
    silent.reserve(kClients);
    for (std::size_t i = 0; i < kClients; ++i) {
        silent.emplace_back(server.port()).send(header("/", kMiB));
        silent.back().send(all_but_one);
        if (i % 20 == 0) EXPECT_LE(server.body_bytes(), kBudget);
    }
    const auto waiting = [&] { return kClients - server.observed().size(); };
    ASSERT_TRUE(eventually([&] {
        const std::size_t bytes = server.body_bytes();
        return bytes >= waiting() * kMiB && bytes <= waiting() * (kMiB + 16 * kKiB);  // a body and its buffer
    })) << server.body_bytes()
        << " for " << waiting();
    EXPECT_LE(server.body_bytes(), kBudget);
    EXPECT_GE(server.body_bytes(), kBudget / 2) << "the budget is used";

    for (HttpConnection& connection : silent) {
        const bool refused = connection.hears_within(std::chrono::milliseconds(1));
        if (!refused) connection.send("x");
        const auto reply = connection.receive();
        ASSERT_TRUE(reply);
        if (refused) {
            EXPECT_EQ(reply->status, 503);
            EXPECT_EQ(reply->header("Retry-After"), "1");
        } else {
            EXPECT_EQ(json::parse(reply->body)["size"], kMiB);
        }
    }
    EXPECT_TRUE(eventually([&] { return server.body_bytes() == 0; })) << "given back with the answers";
    EXPECT_EQ(http_request(server.port(), "POST", "/", all_but_one).status, 200);
}

TEST(BodyBudget, IsTakenByWhatHasArrivedAndNotByWhatIsAnnounced) {
    TestServer server({.body_budget = 64 * kKiB});
    std::vector<HttpConnection> announcing;
    for (int i = 0; i < 100; ++i) {
        announcing.emplace_back(server.port()).send(header("/", kMiB) + std::string(500, 'x'));
    }
    ASSERT_TRUE(eventually([&] { return server.body_bytes() >= 100 * 500; }));
    EXPECT_EQ(http_request(server.port(), "POST", "/", "hello, here is room for a little more").status, 200);
    EXPECT_EQ(http_request(server.port(), "POST", "/", std::string(20 * kKiB, 'x')).status, 503);
}

TEST(BodyBudget, HoldsForWhatIsSentAroundABody) {
    TestServer server({.body_budget = 64 * kKiB});
    HttpConnection first(server.port());
    first.send(chunked("/") + "5;" + std::string(40 * kKiB, 'x'));
    ASSERT_TRUE(eventually([&] { return server.body_bytes() >= 40 * kKiB; })) << "an extension without end";
    HttpConnection second(server.port());
    second.send(chunked("/") + "5\r\nhello\r\n0\r\nX: " + std::string(40 * kKiB, 'x'));
    EXPECT_EQ(second.receive()->status, 503) << "a trailer without end";
    EXPECT_EQ(http_request(server.port(), "POST", "/", "hello").status, 200);
}

TEST(BodyBudget, IsGivenBackByClientsThatGo) {
    TestServer server({.body_budget = 64 * kKiB, .body_timeout = std::chrono::milliseconds(60)});
    HttpConnection slow(server.port());
    slow.send(header("/", 40'000) + std::string(30'000, 'x'));
    ASSERT_TRUE(eventually([&] { return server.body_bytes() >= 30'000; }));
    EXPECT_EQ(slow.receive()->status, 408);
    EXPECT_TRUE(eventually([&] { return server.body_bytes() == 0; }));

    HttpConnection gone(server.port());
    gone.send(header("/", 40'000) + std::string(30'000, 'x'));
    ASSERT_TRUE(eventually([&] { return server.body_bytes() >= 30'000; }));
    gone.reset();
    EXPECT_TRUE(eventually([&] { return server.body_bytes() == 0; }));
}

TEST(BodyBudget, IsHeldUntilTheRequestIsAnswered) {
    TestServer server;
    HttpConnection waiting(server.port());
    waiting.send(header("/wait", 30'000) + std::string(30'000, 'x'));
    server.wait_for_request_at_gate();
    EXPECT_GE(server.body_bytes(), 30'000U);
    server.open_gate();
    EXPECT_EQ(waiting.receive()->status, 200);
    EXPECT_TRUE(eventually([&] { return server.body_bytes() == 0; }));
}

TEST(BodyBudget, LeavesRoomForThoseWhoAreKnown) {
    TestServer server({.body_budget = 256 * kKiB, .anonymous_body_budget = 64 * kKiB}, admit);
    std::vector<HttpConnection> strangers;
    for (std::size_t i = 1; i <= 4; ++i) {
        strangers.emplace_back(server.port()).send(header("/open", 16 * kKiB) + std::string(15 * kKiB, 'x'));
        ASSERT_TRUE(eventually([&] { return server.body_bytes() >= i * 15 * kKiB; }));
    }
    EXPECT_EQ(http_request(server.port(), "POST", "/", std::string(60 * kKiB, 'x')).status, 200);
    EXPECT_EQ(http_request(server.port(), "POST", "/open", std::string(16 * kKiB, 'x')).status, 503);
}

}  // namespace
}  // namespace common::http
