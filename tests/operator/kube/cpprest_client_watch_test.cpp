#include "operator/kube/cpprest_client.h"
#include "tests/support/fake_api_server.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeApiServer;
using support::replies;

constexpr Kind kSecrets{"", "v1", "Secret", "secrets"};
const std::string kCollection = "/api/v1/secrets";

std::string event(const std::string& type, const std::string& name) {
    return R"({"type":")" + type + R"(","object":{"metadata":{"name":")" + name + "\"}}}\n";
}

/// A watch in a thread of its own, and what it has shown.
struct Watch : testing::Test {
    FakeApiServer server;
    std::unique_ptr<Client> client = *connect({.server = server.url()});
    std::stop_source stop;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> names;

    std::future<Result<void>> start() {
        return std::async(std::launch::async, [this] {
            return client->watch(
                kSecrets, {.label_selector = "a=b"}, "41",
                [this](const WatchEvent& event) {
                    const std::lock_guard lock(mutex);
                    names.push_back(key_of(event.object).name);
                    changed.notify_all();
                },
                stop.get_token());
        });
    }
    bool wait_for_events(std::size_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, seconds(5), [&] { return names.size() >= count; });
    }
};

TEST_F(Watch, ShowsEachEventWhenItComesAndEndsWithTheServer) {
    std::promise<void> go_on;
    std::shared_future<void> told = go_on.get_future().share();
    server.on("GET", kCollection, [=](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(event("ADDED", "a") + event("MODIFIED", "b"));
        told.wait_for(seconds(5));
        const std::string last = event("DELETED", "c");
        exchange.send(last.substr(0, 20));
        exchange.send(last.substr(20));
        exchange.end_stream();
    });
    auto watch = start();
    EXPECT_TRUE(wait_for_events(2));  // before the server says more
    go_on.set_value();
    const auto result = watch.get();
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_THAT(names, testing::ElementsAre("a", "b", "c"));
    EXPECT_EQ(server.requests()[0].query,
              "labelSelector=a%3Db&watch=1&resourceVersion=41&allowWatchBookmarks=true&timeoutSeconds=290");
}

TEST_F(Watch, ShowsManyEventsInOrder) {
    constexpr int kEvents = 20'000;
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        std::string text;
        for (int i = 0; i < kEvents; ++i) {
            text += event("ADDED", std::to_string(i));
        }
        for (std::size_t at = 0; at < text.size(); at += 7777) {
            exchange.send(std::string_view(text).substr(at, 7777));
        }
        exchange.end_stream();
    });
    ASSERT_TRUE(start().get());
    ASSERT_EQ(names.size(), std::size_t{kEvents});
    for (int i = 0; i < kEvents; ++i) {
        ASSERT_EQ(names[static_cast<std::size_t>(i)], std::to_string(i));
    }
}

TEST_F(Watch, StopsAtOnceWhileTheServerIsSilent) {
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(event("ADDED", "a"));
        exchange.hold();
    });
    auto watch = start();
    ASSERT_TRUE(wait_for_events(1));
    stop.request_stop();
    ASSERT_EQ(watch.wait_for(seconds(1)), std::future_status::ready);
    EXPECT_EQ(watch.get().error().kind, ErrorKind::cancelled);
    EXPECT_TRUE(server.wait_until_open_connections(0));
}

TEST_F(Watch, AConnectionLostInsideAnEventIsUnavailableAndTheEventIsNotShown) {
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(event("ADDED", "a") + event("ADDED", "b").substr(0, 30));
        exchange.drop();
    });
    EXPECT_EQ(start().get().error().kind, ErrorKind::unavailable);
    EXPECT_THAT(names, testing::ElementsAre("a"));
    EXPECT_EQ(server.requests().size(), 1U);  // going on is the caller's affair: it knows the last version
}

TEST_F(Watch, AnExpiredVersionIsToldWhereverItShows) {
    const std::string status = R"({"kind":"Status","code":410,"message":"too old resource version"})";
    server.on("GET", kCollection, replies(410, status));
    server.on("GET", kCollection, [&](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(event("ADDED", "a") + R"({"type":"ERROR","object":)" + status + "}\n");
        exchange.hold();
    });
    const Error expired{ErrorKind::expired, "too old resource version"};
    EXPECT_EQ(start().get().error(), expired);
    EXPECT_EQ(start().get().error(), expired);
}

TEST_F(Watch, RefusalsAreMapped) {
    server.on("GET", kCollection, replies(429, "", {{"Retry-After", "2"}}));
    server.on("GET", kCollection, replies(500, "oops"));
    server.on("GET", kCollection, replies(403, R"({"kind":"Status","message":"secrets is forbidden"})"));
    EXPECT_EQ(start().get().error(), (Error{ErrorKind::throttled, "HTTP 429", milliseconds(2000)}));
    EXPECT_EQ(start().get().error(), (Error{ErrorKind::unavailable, "HTTP 500: oops"}));
    EXPECT_EQ(start().get().error(), (Error{ErrorKind::forbidden, "secrets is forbidden"}));
}

TEST_F(Watch, WhatIsNoWatchEndsIt) {
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send("<html>\n");
        exchange.hold();
    });
    EXPECT_EQ(start().get().error().kind, ErrorKind::internal);
    EXPECT_TRUE(server.wait_until_open_connections(0));
}

TEST_F(Watch, SilenceBeyondItsLimitIsATimeout) {
    client = *connect({.server = server.url()}, {.watch = milliseconds(50)});
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.hold();
    });
    EXPECT_EQ(start().get().error().kind, ErrorKind::timeout);
}

TEST_F(Watch, ARefusedTokenIsReadAnew) {
    const support::TemporaryFolder folder;
    client = *connect({.server = server.url(), .token_file = folder.write("token", "old")});
    server.on("GET", kCollection, [&](support::Exchange& exchange) {
        folder.write("token", "new");
        exchange.reply(401, "");
    });
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.end_stream();
    });
    ASSERT_TRUE(start().get());
    EXPECT_EQ(server.requests().at(1).headers.at("authorization"), "Bearer new");
}

TEST_F(Watch, AnExceptionOfTheHandlerReachesTheCallerAndClosesTheWatch) {
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(event("ADDED", "a"));
        exchange.hold();
    });
    EXPECT_THROW(
        (void)client->watch(
            kSecrets, {}, "1", [](const WatchEvent&) { throw std::logic_error("bug"); }, stop.get_token()),
        std::logic_error);
    EXPECT_TRUE(server.wait_until_open_connections(0));
}

}  // namespace
}  // namespace kube
