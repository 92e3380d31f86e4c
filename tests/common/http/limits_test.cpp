// Time-outs, numbers of connections, and clients that behave badly.
#include "tests/common/http/test_server.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

#include <algorithm>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using support::eventually;
using support::http_get;
using support::HttpConnection;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr milliseconds kSoon{60};

TEST(TimeOut, AnswersAHeaderThatTrickles) {
    TestServer server({.header_timeout = kSoon});
    HttpConnection connection(server.port());
    const auto begin = steady_clock::now();
    while (!connection.hears_within(milliseconds(5))) {
        connection.send("a");
        ASSERT_LT(steady_clock::now() - begin, std::chrono::seconds(10)) << "each byte bought more time";
    }
    EXPECT_EQ(connection.receive()->status, 408);
}

TEST(TimeOut, AnswersAHeaderThatStalls) {
    TestServer server({.header_timeout = kSoon});
    HttpConnection connection(server.port());
    connection.send("GET / HTTP/1.1\r\nHost: a");
    EXPECT_EQ(connection.receive()->status, 408);
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(TimeOut, AnswersABodyThatStalls) {
    TestServer server({.body_timeout = kSoon});
    HttpConnection connection(server.port());
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    EXPECT_EQ(connection.receive()->status, 408);
    EXPECT_TRUE(connection.closed_by_server());
}

TEST(TimeOut, ClosesAnIdleConnectionWithoutAWord) {
    TestServer server({.idle_timeout = kSoon});
    HttpConnection fresh(server.port());
    EXPECT_TRUE(fresh.closed_by_server());

    HttpConnection used(server.port());
    used.send(kGet);
    EXPECT_EQ(used.receive()->status, 200);
    EXPECT_TRUE(used.closed_by_server());
}

TEST(TimeOut, DoesNotHurryTheHandler) {
    TestServer server(
        {.idle_timeout = kSoon, .header_timeout = kSoon, .body_timeout = kSoon, .write_timeout = kSoon});
    HttpConnection waiting(server.port());
    waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    server.wait_for_request_at_gate();
    // Another connection opened now is given up after the same time.
    HttpConnection idle(server.port());
    EXPECT_TRUE(idle.closed_by_server());
    server.open_gate();
    EXPECT_EQ(waiting.receive()->status, 200);
}

TEST(TimeOut, FreesAConnectionWhoseClientNeverReads) {
    TestServer server({.write_timeout = kSoon});
    HttpConnection connection(server.port(), milliseconds(20));
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += kGet;
    // Fills the buffers of both directions until nothing moves any more.
    EXPECT_ANY_THROW({
        while (connection.send(requests)) {
        }
        throw std::runtime_error("closed meanwhile");
    });
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(Connections, AboveTheLimitAreToldAndClosed) {
    TestServer server({.connection_limit = 2});
    HttpConnection first(server.port());
    HttpConnection second(server.port());
    ASSERT_TRUE(eventually([&] { return server.connections() == 2; }));

    HttpConnection third(server.port());
    third.send(kGet);
    const auto reply = third.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 503);
    EXPECT_EQ(reply->header("Retry-After"), "1");
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_TRUE(third.closed_by_server());

    first.send(kGet);
    EXPECT_EQ(first.receive()->status, 200);
    first.reset();
    ASSERT_TRUE(eventually([&] { return server.connections() < 2; }));
    EXPECT_EQ(http_get(server.port(), "/").status, 200) << "room again";
}

TEST(Connections, FarAboveTheLimitAreClosedAtOnce) {
    TestServer server({.connection_limit = 1});
    std::vector<HttpConnection> many;
    for (int i = 0; i < 200; ++i) many.emplace_back(server.port());
    EXPECT_TRUE(eventually([&] { return server.observed().size() == 64; }));
    EXPECT_LE(server.connections(), 65U);
}

TEST(Connections, OfClientsThatDisappearAreForgotten) {
    TestServer server;
    for (int i = 0; i < 300; ++i) {
        HttpConnection connection(server.port());
        connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                        std::string(static_cast<std::size_t>(i) * 100, 'x'));
        if (i % 2 == 0) connection.reset();
    }
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
    EXPECT_EQ(http_get(server.port(), "/").status, 200);
}

/// Leaves the program only one file descriptor to open until it is destroyed.
class OneFreeFile {
  public:
    OneFreeFile() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = std::min<rlim_t>(few.rlim_cur, 256);
        setrlimit(RLIMIT_NOFILE, &few);
        for (int file = dup(STDERR_FILENO); file >= 0; file = dup(STDERR_FILENO)) taken_.push_back(file);
        close(taken_.back());
        taken_.pop_back();
    }
    ~OneFreeFile() {
        for (const int file : taken_) close(file);
        setrlimit(RLIMIT_NOFILE, &before_);
    }
    OneFreeFile(const OneFreeFile&) = delete;
    OneFreeFile& operator=(const OneFreeFile&) = delete;

  private:
    rlimit before_{};
    std::vector<int> taken_;
};

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Connections, ThatCannotBeAcceptedDoNotSpinAndAreServedLater) {
    TestServer server;
    HttpConnection waiting(
        server.port());  // opened by the test, accepted by the server when there is a file for it
    waiting.send(kGet);
    ASSERT_EQ(waiting.receive()->status, 200);

    testing::internal::CaptureStderr();
    std::optional<HttpConnection> late;
    {
        const OneFreeFile few;  // for the client's end of a connection, not for the server's
        late.emplace(server.port());
        late->send(kGet);
        const double before = cpu_seconds();
        const auto begin = steady_clock::now();
        while (steady_clock::now() - begin < milliseconds(250)) {
            waiting.send(kGet);
            ASSERT_EQ(waiting.receive()->status, 200) << "others are served meanwhile";
            EXPECT_FALSE(late->hears_within(milliseconds(10)));
        }
        EXPECT_LT(cpu_seconds() - before, 0.2);
    }
    EXPECT_EQ(late->receive()->status, 200);
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("Cannot accept connections"), std::string::npos) << log;
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << "said once, not ten times a second: " << log;
}

}  // namespace
}  // namespace common::http
