#include "operator/kube/cpprest_client.h"

#include "tests/support/fake_api_server.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <future>
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using std::chrono::milliseconds;
using support::FakeApiServer;
using support::replies;
using testing::HasSubstr;

constexpr Kind kSecrets{"", "v1", "Secret", "secrets"};
const std::string kCollection = "/api/v1/namespaces/tenants/secrets";
const std::string kOne = kCollection + "/acme";
/// Well below the silence limits, well above what a busy machine delays.
constexpr std::chrono::seconds kAtOnce{1};
const json kSecret = json::parse(R"({"metadata": {"namespace": "tenants", "name": "acme"}})");

std::string page(const std::string& name, const std::string& next) {
    return R"({"metadata": {"resourceVersion": "7", "continue": ")" + next +
           R"("}, "items": [{"metadata": {"name": ")" + name + R"("}}]})";
}

struct CpprestClient : testing::Test {
    FakeApiServer server;
    std::unique_ptr<Client> client = connected({.server = server.url()});
    std::stop_source stop;

    static std::unique_ptr<Client> connected(const Config& config, const SilenceLimits& limits = {}) {
        auto result = connect(config, limits);
        EXPECT_TRUE(result) << result.error().message;
        return *std::move(result);
    }
    Result<json> apply() { return client->apply(kSecrets, kSecret, {}, stop.get_token()); }
    Result<Page> list(const std::string& token = {}) {
        return client->list(kSecrets, {.ns = "tenants"}, 1, token, stop.get_token());
    }
};

TEST_F(CpprestClient, ListsPageAfterPage) {
    server.on("GET", kCollection, replies(200, page("a", "more+")));
    server.on("GET", kCollection, replies(200, page("b", "")));
    const auto first = list();
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->items.at(0)["metadata"]["name"], "a");
    const auto second = list(first->continue_token);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->continue_token, "");
    EXPECT_EQ(server.requests().at(0).query, "limit=1");
    EXPECT_EQ(server.requests().at(1).query, "limit=1&continue=more%2B");
}

TEST_F(CpprestClient, ReadsALargeAnswerWhole) {
    const std::string value(3'000'000, 'x');
    server.on("PATCH", kOne, [&](support::Exchange& exchange) {
        exchange.begin_stream();
        const std::string text = json({{"value", value}}).dump();
        for (std::size_t at = 0; at < text.size(); at += 100'000) {
            exchange.send(std::string_view(text).substr(at, 100'000));
        }
        exchange.end_stream();
    });
    const auto object = apply();
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ((*object)["value"], value);
}

TEST_F(CpprestClient, SendsWhatTheApiExpects) {
    server.on("PATCH", kOne, replies(200, "{}"));
    server.on("POST", kCollection, replies(201, "{}"));
    server.on("DELETE", kOne, replies(200, "{}"));
    ASSERT_TRUE(apply());
    ASSERT_TRUE(client->create(kSecrets, kSecret, {}, stop.get_token()));
    ASSERT_TRUE(client->remove(kSecrets, {"tenants", "acme"}, {.uid = "u"}, stop.get_token()));
    ASSERT_TRUE(client->patch(kSecrets, {"tenants", "acme"}, json::object(), {.uid = "u"}, stop.get_token()));
    const auto requests = server.requests();
    EXPECT_EQ(requests[0].query, "fieldManager=crm-operator&force=false");
    EXPECT_EQ(requests[0].headers.at("content-type"), "application/apply-patch+yaml");
    EXPECT_EQ(requests[0].headers.at("accept"), "application/json");
    EXPECT_EQ(requests[0].headers.at("user-agent"), "crm-operator");
    EXPECT_EQ(requests[0].headers.count("authorization"), 0U);
    EXPECT_EQ(json::parse(requests[0].body), kSecret);
    EXPECT_EQ(requests[1].query, "fieldManager=crm-operator-create");
    EXPECT_EQ(json::parse(requests[2].body)["preconditions"]["uid"], "u");
    EXPECT_EQ(requests[3].headers.at("content-type"), "application/merge-patch+json");
    EXPECT_EQ(json::parse(requests[3].body)["metadata"]["uid"], "u");
}

TEST_F(CpprestClient, AServerBelowAPathIsReachedThere) {
    client = connected({.server = server.url() + "/k8s/clusters/c-1"});
    server.on("PATCH", "/k8s/clusters/c-1" + kOne, replies(200, "{}"));
    EXPECT_TRUE(apply());
}

TEST_F(CpprestClient, ErrorsCarryTheServersMessageAndWait) {
    server.on("PATCH", kOne,
              replies(409, R"({"kind": "Status", "code": 409, "message": "conflict with kubectl"})"));
    server.on("PATCH", kOne, replies(429, "slow down", {{"Retry-After", "3"}}));
    server.on("PATCH", kOne, replies(500, ""));
    server.on("PATCH", kOne, replies(200, R"({"metadata": )"));
    EXPECT_EQ(apply().error(), (Error{ErrorKind::conflict, "conflict with kubectl"}));
    EXPECT_EQ(apply().error(), (Error{ErrorKind::throttled, "HTTP 429: slow down", milliseconds(3000)}));
    EXPECT_EQ(apply().error(), (Error{ErrorKind::unavailable, "HTTP 500"}));
    EXPECT_EQ(apply().error().kind, ErrorKind::internal);
    EXPECT_EQ(server.requests().size(), 4U);  // answered is answered: not sent again
}

TEST_F(CpprestClient, RedirectsAreNotFollowed) {
    FakeApiServer elsewhere;
    server.on("GET", kCollection, replies(302, "", {{"Location", elsewhere.url() + kCollection}}));
    EXPECT_EQ(list().error().kind, ErrorKind::internal);
    EXPECT_EQ(elsewhere.connections(), 0U);
}

TEST_F(CpprestClient, ARepeatableCallIsSentAgainOnceWhenItsConnectionBreaks) {
    const auto drop = [](support::Exchange& exchange) { exchange.drop(); };
    server.on("PATCH", kOne, drop);
    server.on("PATCH", kOne, replies(200, R"({"done": true})"));
    const auto object = apply();
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(server.requests().size(), 2U);

    server.on("GET", kCollection, drop);
    const auto broken = list();
    EXPECT_EQ(broken.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(broken.error().message, HasSubstr("GET " + kCollection));
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(CpprestClient, AnAnswerCutShortIsAskedForAgain) {
    server.on("GET", kCollection, [](support::Exchange& exchange) {
        exchange.begin_stream();
        exchange.send(R"({"metadata": )");
        exchange.drop();
    });
    server.on("GET", kCollection, replies(200, page("a", "")));
    const auto listed = list();
    ASSERT_TRUE(listed) << listed.error().message;
    EXPECT_EQ(listed->items.size(), 1U);
}

TEST_F(CpprestClient, ACreateIsNotSentAgain) {
    server.on("POST", kCollection, [](support::Exchange& exchange) { exchange.drop(); });
    const auto created = client->create(kSecrets, kSecret, {}, stop.get_token());
    EXPECT_EQ(created.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CpprestClient, KeptConnectionsThatTheServerClosedAreNoError) {
    constexpr int kCallers = 8;
    std::latch all(kCallers);
    std::atomic<bool> together = true;
    server.on("PATCH", kOne, [&](support::Exchange& exchange) {
        if (together) {
            all.arrive_and_wait();
        }
        exchange.reply(200, "{}");
        exchange.drop();  // though it said nothing of closing
    });
    std::vector<std::future<bool>> calls;
    for (int i = 0; i < kCallers; ++i) {
        calls.push_back(std::async(std::launch::async, [this] { return apply().has_value(); }));
    }
    for (auto& call : calls) {
        EXPECT_TRUE(call.get());
    }
    together = false;
    ASSERT_TRUE(server.wait_until_open_connections(0));
    for (int i = 0; i < kCallers; ++i) {
        const auto object = apply();
        EXPECT_TRUE(object) << object.error().message;
    }
}

TEST_F(CpprestClient, SixteenCallsRunAtOnceAndTheirConnectionsAreKept) {
    constexpr int kCallers = 16;
    std::latch all(kCallers);
    for (int i = 0; i < kCallers; ++i) {
        server.on("PATCH", kOne, [&](support::Exchange& exchange) {
            all.arrive_and_wait();  // answers none before all have arrived
            exchange.reply(200, "{}");
        });
    }
    server.on("PATCH", kOne, replies(200, "{}"));
    std::vector<std::future<bool>> calls;
    for (int i = 0; i < kCallers; ++i) {
        calls.push_back(std::async(std::launch::async, [this] {
            bool ok = true;
            for (int call = 0; call < 10; ++call) {
                ok = ok && apply().has_value();
            }
            return ok;
        }));
    }
    for (auto& call : calls) {
        EXPECT_TRUE(call.get());
    }
    EXPECT_EQ(server.requests().size(), 160U);
    // A connection is put back a moment after its answer is here, so a quick caller may make a few.
    EXPECT_LT(server.connections(), std::size_t{4 * kCallers});
}

TEST_F(CpprestClient, NobodyThereIsUnavailable) {
    const std::string url = FakeApiServer().url();  // gone again
    client = connected({.server = url});
    EXPECT_EQ(apply().error().kind, ErrorKind::unavailable);
}

TEST_F(CpprestClient, SilenceIsATimeoutAndNotRepeated) {
    client = connected({.server = server.url()}, {.call = milliseconds(200)});
    server.on("PATCH", kOne, [](support::Exchange& exchange) { exchange.hold(); });
    EXPECT_EQ(apply().error().kind, ErrorKind::timeout);
    EXPECT_TRUE(server.wait_until_open_connections(0));
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(CpprestClient, AStoppedCallReturnsAtOnce) {
    server.on("PATCH", kOne, [](support::Exchange& exchange) { exchange.hold(); });
    auto call = std::async(std::launch::async, [this] { return apply(); });
    ASSERT_TRUE(server.wait_for_requests(1));
    stop.request_stop();
    ASSERT_EQ(call.wait_for(kAtOnce), std::future_status::ready);
    EXPECT_EQ(call.get().error().kind, ErrorKind::cancelled);
    EXPECT_TRUE(server.wait_until_open_connections(0));
    EXPECT_EQ(apply().error().kind, ErrorKind::cancelled);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CpprestClient, ARefusedTokenIsReadAnewFromItsFile) {
    const support::TemporaryFolder folder;
    const auto file = folder.write("token", "old");
    client = connected({.server = server.url(), .token_file = file});
    server.on("PATCH", kOne, replies(200, "{}"));
    server.on("PATCH", kOne, [&](support::Exchange& exchange) {
        folder.write("token", "new");
        exchange.reply(401, R"({"kind": "Status", "message": "Unauthorized"})");
    });
    server.on("PATCH", kOne, replies(200, "{}"));
    server.on("PATCH", kOne, replies(401, ""));
    ASSERT_TRUE(apply());
    ASSERT_TRUE(apply());
    EXPECT_EQ(apply().error().kind, ErrorKind::unauthorized);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 5U);
    EXPECT_EQ(requests[1].headers.at("authorization"), "Bearer old");
    EXPECT_EQ(requests[2].headers.at("authorization"), "Bearer new");
}

TEST_F(CpprestClient, AFixedTokenThatIsRefusedIsNotTriedAgain) {
    client = connected({.server = server.url(), .token = "t0ken"});
    server.on("PATCH", kOne, replies(401, ""));
    const auto refused = apply();
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].headers.at("authorization"), "Bearer t0ken");
}

TEST_F(CpprestClient, TellsOfEachRequestWhenItsAnswerBegins) {
    using Answered = std::pair<std::string, int>;
    std::vector<Answered> answered;
    client = *connect({.server = server.url()}, {}, [&](std::string_view method, int status, auto took) {
        EXPECT_GT(took.count(), 0);
        answered.emplace_back(method, status);
    });
    server.on("PATCH", kOne, replies(200, "{}"));
    server.on("PATCH", kOne, replies(409, ""));
    server.on("PATCH", kOne, [](support::Exchange& exchange) { exchange.drop(); });
    ASSERT_TRUE(apply());
    EXPECT_FALSE(apply());
    EXPECT_FALSE(apply());
    ASSERT_GE(answered.size(), 3U) << "one that broke may be sent once more";
    EXPECT_EQ(answered[0], Answered("PATCH", 200));
    EXPECT_EQ(answered[1], Answered("PATCH", 409));
    EXPECT_EQ(answered[2], Answered("PATCH", 0));
}

TEST(CpprestClientUrl, WhatIsNoUrlIsRefused) {
    EXPECT_EQ(connect({.server = "http://a b"}).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace kube
