// Sessions and API keys by HTTP.
#include "tests/crm-server/api/server_fixture.h"

#include <gmock/gmock.h>

namespace {

using nlohmann::json;
using support::eventually;
using support::HttpReply;
using testing::HasSubstr;
using testing::Not;

class AccountsApiTest : public ServerTest {
  protected:
    int status_with(std::string_view token) const {
        return support::http_get(server_->api_port(), "/api/v1/contacts", with_token(token)).status;
    }

    json create_key(const std::string& name) const {
        const HttpReply reply = call("POST", "/api/v1/api-keys", {{"name", name}});
        EXPECT_EQ(reply.status, 201) << reply.body;
        return json_of(reply);
    }
};

TEST_F(AccountsApiTest, AskWhoeverHasNoTokenForOne) {
    const HttpReply reply = support::http_get(server_->api_port(), "/api/v1/contacts");
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer realm=\"crm\"");
}

TEST_F(AccountsApiTest, RefuseATokenThatNobodyHas) {
    const HttpReply reply =
        support::http_get(server_->api_port(), "/api/v1/contacts", with_token("crm_nobody"));
    EXPECT_EQ(reply.status, 401);
    EXPECT_THAT(reply.header("WWW-Authenticate"), HasSubstr("Bearer realm=\"crm\", error=\"invalid_token\""));
}

TEST_F(AccountsApiTest, AcceptAfterALoginUntilTheLogout) {
    const std::string token = log_in();
    EXPECT_EQ(status_with(token), 200);
    EXPECT_EQ(
        support::http_request(server_->api_port(), "POST", "/api/v1/logout", "", with_token(token)).status,
        204);
    EXPECT_EQ(status_with(token), 401);
    EXPECT_EQ(status_with(token_), 200) << "other sessions go on";
}

TEST_F(AccountsApiTest, DoNotTellWhetherEmailOrPasswordIsWrong) {
    const HttpReply password = login(kEmail, "guess-4711");
    const HttpReply email = login("nobody@crm.example", kPassword);
    EXPECT_EQ(password.status, 401);
    EXPECT_EQ(email.status, 401);
    EXPECT_EQ(json_of(password).at("detail"), json_of(email).at("detail"));
    EXPECT_EQ(email.header("WWW-Authenticate"), "Bearer realm=\"crm\"");
    EXPECT_THAT(password.body, Not(HasSubstr("guess-4711")));
}

TEST_F(AccountsApiTest, SlowDownWhoeverGuessesPasswords) {
    HttpReply reply;
    for (int i = 0; i < 11; ++i) reply = login("victim@crm.example", std::to_string(i));
    EXPECT_EQ(reply.status, 429);
    EXPECT_NE(reply.header("Retry-After"), "");
    EXPECT_EQ(login(kEmail, kPassword).status, 200) << "other accounts are not affected";
}

TEST_F(AccountsApiTest, LetInAllWhoLogInAtOnceWithTheRightPassword) {
    const std::string body = json{{"email", kEmail}, {"password", kPassword}}.dump();
    const std::string request =
        "POST /api/v1/login HTTP/1.1\r\nHost: crm\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    std::vector<support::HttpConnection> connections;
    for (int i = 0; i < 24; ++i) connections.emplace_back(server_->api_port(), std::chrono::seconds(30));
    for (support::HttpConnection& connection : connections) ASSERT_TRUE(connection.send(request));
    for (support::HttpConnection& connection : connections) {
        const auto reply = connection.receive("POST");
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 200) << reply->body;
    }
}

TEST_F(AccountsApiTest, HaveOneCounterForAnAddressHoweverItIsWritten) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(login(i % 2 == 0 ? "adm\u0130n@crm.example" : "ADMIN@crm.example", "wrong").status, 401);
    EXPECT_EQ(login("adm\u0130n@crm.example", "wrong").status, 429);
    EXPECT_EQ(login(kEmail, kPassword).status, 429);
}

TEST_F(AccountsApiTest, TakeNobodysWordForWhereARequestComesFrom) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(login(kEmail, "wrong", {{"X-Forwarded-For", "203.0.113." + std::to_string(i)}}).status,
                  401);
    EXPECT_EQ(login(kEmail, "wrong", {{"X-Forwarded-For", "203.0.113.99"}}).status, 429);
}

class ProxiedServerTest : public UnmigratedServerTest {
  protected:
    ProxiedServerTest() {
        trusted_proxies_ = *api::TrustedProxies::parse("127.0.0.1");
        migrate();
        start();
        EXPECT_TRUE(eventually([this] { return is_ready(); }));
    }
};

TEST_F(ProxiedServerTest, LetsNoStrangerBehindTheSameProxyLockSomebodyOut) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(login(kEmail, "wrong", {{"X-Forwarded-For", "198.51.100.1, 203.0.113.5"}}).status, 401);
    EXPECT_EQ(login(kEmail, kPassword, {{"X-Forwarded-For", "203.0.113.5"}}).status, 429);
    EXPECT_EQ(login(kEmail, kPassword, {{"X-Forwarded-For", "203.0.113.6"}}).status, 200);
    EXPECT_EQ(login(kEmail, kPassword, {{"Forwarded", "for=203.0.113.5"}}).status, 429);
    EXPECT_EQ(login(kEmail, kPassword).status, 200) << "the proxy itself";
}

TEST_F(AccountsApiTest, NameWhatALoginLacks) {
    const HttpReply reply =
        support::http_request(server_->api_port(), "POST", "/api/v1/login", R"({"email": 5, "a/b": "x"})",
                              {{"Content-Type", "application/json"}});
    EXPECT_EQ(reply.status, 400);
    const json errors = json_of(reply).at("errors");
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_EQ(errors[0].at("pointer"), "/email");
    EXPECT_EQ(errors[1].at("pointer"), "/password");
    EXPECT_EQ(errors[2].at("pointer"), "/a~1b");
}

TEST_F(AccountsApiTest, TellAsMuchOfWhatIsWrongAsIsWorthReading) {
    json body = json::object({{std::string(100'000, 'n'), 1}});
    for (int i = 0; i < 30'000; ++i) body["unknown" + std::to_string(i)] = i;
    for (const char* path : {"/api/v1/api-keys", "/api/v1/companies"}) {
        const HttpReply reply = call("POST", path, body);
        EXPECT_EQ(reply.status, 400);
        EXPECT_EQ(json_of(reply).at("errors").size(), 50U) << path;
        EXPECT_LT(reply.body.size(), 8'000U) << path;
    }
}

TEST_F(AccountsApiTest, AcceptAnApiKeyUntilItIsRevoked) {
    const json key = create_key("import");
    const std::string secret = key.at("key");
    EXPECT_TRUE(secret.starts_with("crm_"));
    EXPECT_EQ(status_with(secret), 200);

    const std::string path = "/api/v1/api-keys/" + key.at("id").get<std::string>();
    EXPECT_EQ(call("DELETE", path).status, 204);
    EXPECT_EQ(status_with(secret), 401);
    EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(AccountsApiTest, ShowAnApiKeyOnlyOnce) {
    const json key = create_key("import");
    const HttpReply list = call("GET", "/api/v1/api-keys");
    EXPECT_EQ(list.status, 200);
    EXPECT_THAT(list.body, Not(HasSubstr(key.at("key").get<std::string>())));
    const json first = json_of(list).at("data").at(0);
    EXPECT_EQ(first.at("id"), key.at("id"));
    EXPECT_EQ(first.at("name"), "import");
    EXPECT_EQ(first.at("createdAt"), key.at("createdAt"));
}

TEST_F(AccountsApiTest, RefuseAKeyWithoutAName) {
    EXPECT_EQ(call("POST", "/api/v1/api-keys", {{"name", ""}}).status, 400);
    EXPECT_EQ(call("POST", "/api/v1/api-keys", json::object()).status, 400);
}

TEST_F(AccountsApiTest, HaveNoSessionToEndWithAnApiKey) {
    const std::string secret = create_key("import").at("key");
    EXPECT_EQ(
        support::http_request(server_->api_port(), "POST", "/api/v1/logout", "", with_token(secret)).status,
        400);
    EXPECT_EQ(status_with(secret), 200);
}

}  // namespace
