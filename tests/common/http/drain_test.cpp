#include "tests/common/http/test_server.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;
using support::HttpConnection;

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr seconds kLong{60};

bool is_done(std::future<void>& drained) {
    return drained.wait_for(seconds(10)) == std::future_status::ready;
}

TEST(Drain, IsDoneAtOnceWithoutConnections) {
    TestServer server;
    auto drained = server.drain(kLong);
    EXPECT_TRUE(is_done(drained));
}

TEST(Drain, AcceptsNothingMore) {
    TestServer server;
    server.drain(kLong).wait();
    EXPECT_THROW(HttpConnection{server.port()}, std::system_error);
}

TEST(Drain, LetsARequestInFlightFinish) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    server.wait_for_request_at_gate();
    auto drained = server.drain(kLong);
    EXPECT_EQ(drained.wait_for(milliseconds(50)), std::future_status::timeout);
    server.open_gate();
    const auto reply = connection.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_TRUE(connection.closed_by_server());
    connection.finish_sending();
    EXPECT_TRUE(is_done(drained));
}

TEST(Drain, ClosesIdleConnections) {
    TestServer server({.drain_idle_timeout = milliseconds(20)});
    HttpConnection fresh(server.port());
    HttpConnection used(server.port());
    used.send(kGet);
    EXPECT_EQ(used.receive()->header("Connection"), "");
    auto drained = server.drain(kLong);
    EXPECT_TRUE(fresh.closed_by_server());
    EXPECT_TRUE(used.closed_by_server());
    EXPECT_TRUE(is_done(drained));
}

TEST(Drain, AnswersTheNextRequestOfAKeptConnection) {
    TestServer server({.drain_idle_timeout = kLong});
    HttpConnection used(server.port());
    used.send(kGet);
    EXPECT_EQ(used.receive()->status, 200);
    HttpConnection fresh(server.port());
    auto drained = server.drain(kLong);
    for (HttpConnection* connection : {&used, &fresh}) {
        ASSERT_TRUE(connection->send(kGet));
        const auto reply = connection->receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 200);
        EXPECT_EQ(reply->header("Connection"), "close");
        EXPECT_TRUE(connection->closed_by_server());
        connection->finish_sending();
    }
    EXPECT_TRUE(is_done(drained));
}

TEST(Drain, EndsAtItsDeadlineWhateverStillRuns) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    server.wait_for_request_at_gate();
    testing::internal::CaptureStderr();
    auto drained = server.drain(milliseconds(50));
    EXPECT_TRUE(is_done(drained));
    EXPECT_FALSE(connection.receive());
    EXPECT_NE(testing::internal::GetCapturedStderr().find(R"("connections":1)"), std::string::npos);
    server.open_gate();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(Drain, LosesNoRequestUnderLoad) {
    // Clients that send one request after the other, each over kept connections, and open a new connection
    // when told to close. None may see a request unanswered; what the closed port refuses was never sent.
    TestServer server({.drain_idle_timeout = seconds(2)});
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;
    std::vector<std::jthread> clients;
    clients.reserve(8);
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            try {
                for (;;) {
                    HttpConnection connection(server.port());
                    for (bool kept = true; kept;) {
                        const auto reply = connection.send(kGet) ? connection.receive() : std::nullopt;
                        ++(reply && reply->status == 200 ? answered : lost);
                        kept = reply && reply->header("Connection").empty();
                    }
                }
            } catch (const std::system_error&) {  // refused: drained
            }
        });
    }
    ASSERT_TRUE(eventually([&] { return answered > 1000; }));
    auto drained = server.drain(kLong);
    EXPECT_TRUE(is_done(drained));
    clients.clear();
    EXPECT_EQ(lost, 0) << "of " << answered;
}

}  // namespace
}  // namespace common::http
