#include "common/http/server.h"

#include "common/http/server_thread.h"
#include "tests/common/http/test_server.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using nlohmann::json;
using support::eventually;
using support::http_get;
using support::http_request;
using support::HttpConnection;
using testing::ElementsAre;

TEST(Server, HandsTheRequestToTheHandlerAndItsAnswerBack) {
    TestServer server;
    const auto reply = http_request(server.port(), "POST", "/a%20b?x=1&y", "hello");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_THAT(reply.header("Date"), testing::EndsWith(" GMT"));
    const auto seen = json::parse(reply.body);
    EXPECT_EQ(seen["method"], "POST");
    EXPECT_EQ(seen["path"], "/a%20b");
    EXPECT_EQ(seen["query"], "x=1&y");
    EXPECT_EQ(seen["body"], "hello");
    EXPECT_EQ(seen["remote"], "127.0.0.1");
}

TEST(Server, KeepsAConnectionForManyRequests) {
    TestServer server;
    HttpConnection connection(server.port());
    for (int i = 0; i < 10; ++i) {
        connection.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto reply = connection.receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(json::parse(reply->body)["path"], "/" + std::to_string(i));
        EXPECT_EQ(reply->header("Connection"), "");
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(connection.receive()->header("Connection"), "close");
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(Server, ClosesAfterHttp10UnlessAskedToKeepTheConnection) {
    TestServer server;
    HttpConnection closing(server.port());
    closing.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(closing.receive()->header("Connection"), "close");
    EXPECT_TRUE(closing.closed_by_server());

    HttpConnection kept(server.port());
    for (int i = 0; i < 2; ++i) {
        kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(kept.receive()->header("Connection"), "keep-alive");
    }
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
    TestServer server;
    HttpConnection connection(server.port());
    constexpr int kCount = 2000;
    std::string requests;
    for (int i = 0; i < kCount; ++i) {
        requests += i % 2 == 0 ? "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n"
                               : "POST /" + std::to_string(i) +
                                     " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    }
    std::jthread sender([&] { connection.send(requests); });
    for (int i = 0; i < kCount; ++i) {
        const auto reply = connection.receive();
        ASSERT_TRUE(reply);
        const auto seen = json::parse(reply->body);
        ASSERT_EQ(seen["path"], "/" + std::to_string(i));
        ASSERT_EQ(seen["size"], i % 2 == 0 ? 0 : 5);
    }
}

TEST(Server, TakesARequestThatArrivesByteByByte) {
    TestServer server;
    HttpConnection connection(server.port());
    for (const char c : std::string_view("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "3;x=y\r\nabc\r\n02\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")) {
        connection.send(std::string_view(&c, 1));
    }
    const auto seen = json::parse(connection.receive()->body);
    EXPECT_EQ(seen["body"], "abcde");
    EXPECT_EQ(seen["trailer"], false) << "fields after the body are not mixed with the header's";
}

TEST(Server, IgnoresEmptyLinesBetweenRequests) {
    TestServer server({.header_timeout = std::chrono::milliseconds(20)});
    HttpConnection connection(server.port());
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello\r\n";
    connection.send(post);
    EXPECT_EQ(connection.receive()->status, 200);
    EXPECT_FALSE(connection.hears_within(std::chrono::milliseconds(60))) << "the empty line began no header";
    connection.send(post + post);
    EXPECT_EQ(connection.receive()->status, 200);
    EXPECT_EQ(connection.receive()->status, 200);
}

TEST(Server, TakesABodyUpToItsLimit) {
    TestServer server({.body_limit = 300'000});
    const auto reply = http_request(server.port(), "POST", "/", std::string(300'000, 'x'));
    EXPECT_EQ(json::parse(reply.body)["size"], 300'000);
    EXPECT_EQ(http_request(server.port(), "POST", "/", std::string(300'001, 'x')).status, 413);
}

TEST(Server, AnswersAClientThatHasFinishedSending) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    connection.finish_sending();
    EXPECT_EQ(connection.receive()->status, 200);
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(Server, AnswersHeadWithTheHeaderOfGet) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = connection.receive("HEAD");
    EXPECT_EQ(head->status, 200);
    EXPECT_GT(std::stoi(head->header("Content-Length")), 10);
    EXPECT_EQ(json::parse(connection.receive()->body)["path"], "/b") << "no body came in between";
}

TEST(Server, SendsNoBodyWithNoContent) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("GET /no-content HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(connection.receive()->status, 204);
    EXPECT_EQ(json::parse(connection.receive()->body)["path"], "/b");
}

TEST(Server, AsksForTheBodyThatAClientHoldsBack) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection.receive()->status, 100);
    connection.send("hello");
    EXPECT_EQ(json::parse(connection.receive()->body)["body"], "hello");
}

TEST(Server, DoesNotAskForABodyThatIsAlreadyThere) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
    EXPECT_EQ(connection.receive()->status, 200);
}

TEST(Server, RefusesABodyThatAClientHoldsBackWithoutAskingForIt) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection.receive()->status, 413);
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(Server, NamesEveryRequestInItsReply) {
    TestServer server;
    const auto given = http_get(server.port(), "/", {{"X-Request-Id", "abc-1"}});
    EXPECT_EQ(given.header("X-Request-Id"), "abc-1");
    EXPECT_EQ(json::parse(given.body)["id"], "abc-1");

    const auto made = http_get(server.port(), "/", {{"X-Request-Id", "not valid"}});
    EXPECT_EQ(made.header("X-Request-Id").size(), 32U);
    EXPECT_EQ(json::parse(made.body)["id"], made.header("X-Request-Id"));

    const auto refused = http_get(server.port(), "/", {{"Expect", "tea"}, {"X-Request-Id", "abc-2"}});
    EXPECT_EQ(refused.status, 417);
    EXPECT_EQ(refused.header("X-Request-Id"), "abc-2");
    EXPECT_EQ(json::parse(refused.body)["requestId"], "abc-2");
}

TEST(Server, HidesWhyAHandlerFailedFromTheClientButLogsIt) {
    TestServer server;
    testing::internal::CaptureStderr();
    HttpConnection connection(server.port());
    connection.send("GET /throw HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\n\r\n");
    const auto reply = connection.receive();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(reply->status, 500);
    EXPECT_EQ(reply->header("Content-Type"), "application/problem+json");
    EXPECT_EQ(reply->body.find("secret"), std::string::npos) << reply->body;
    const auto entry = json::parse(log);
    EXPECT_EQ(entry["request_id"], "r-1");
    EXPECT_EQ(entry["error"], "a secret of the handler");

    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(connection.receive()->status, 200) << "the connection is still good";
}

TEST(Server, DoesNotSendAHeaderThatWouldForgeAnother) {
    TestServer server;
    testing::internal::CaptureStderr();
    const auto reply = http_get(server.port(), "/forge");
    testing::internal::GetCapturedStderr();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.header("Set-Cookie"), "");
    EXPECT_EQ(reply.header("Location"), "");
}

TEST(Server, TellsAboutEveryExchange) {
    TestServer server;
    http_get(server.port(), "/");
    http_get(server.port(), "/no-content");
    http_request(server.port(), "GET", "no-path");
    EXPECT_TRUE(eventually([&] { return server.observed().size() == 3; }));
    EXPECT_THAT(server.observed(), ElementsAre(200, 204, 400));
}

TEST(Server, RefusesAPortThatSomethingListensOn) {
    const TestServer first;
    boost::asio::io_context io;
    const auto handler = [](const Request&) -> Task<Response> { co_return Response{}; };
    const auto second = Server::listen(io, {.address = "127.0.0.1", .port = first.port()}, handler);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(first.port())));
}

TEST(Server, RefusesAnAddressThatIsNone) {
    boost::asio::io_context io;
    const auto handler = [](const Request&) -> Task<Response> { co_return Response{}; };
    EXPECT_FALSE(Server::listen(io, {.address = "localhost"}, handler).has_value());
}

TEST(ServerThread, ServesUntilItIsDestroyed) {
    const auto handler = [](const Request& request) -> Task<Response> {
        co_return Response{.body = request.path};
    };
    auto server = ServerThread::start(
        {.address = "127.0.0.1", .drain_idle_timeout = std::chrono::milliseconds(20)}, handler);
    ASSERT_TRUE(server.has_value());
    const std::uint16_t port = (*server)->port();
    HttpConnection kept(port);
    kept.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(kept.receive()->body, "/a");
    server->reset();
    EXPECT_TRUE(kept.closed_by_server());
    EXPECT_THROW(HttpConnection{port}, std::system_error);
}

TEST(ServerThread, SaysWhyItCannotStart) {
    const TestServer taken;
    const auto handler = [](const Request&) -> Task<Response> { co_return Response{}; };
    EXPECT_FALSE(ServerThread::start({.address = "127.0.0.1", .port = taken.port()}, handler).has_value());
}

}  // namespace
}  // namespace common::http
