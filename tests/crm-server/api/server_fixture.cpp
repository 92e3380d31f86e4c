#include "tests/crm-server/api/server_fixture.h"

#include "crm-server/product.h"
#include "crm-server/store/migrations.h"

#include <algorithm>

using nlohmann::json;
using support::eventually;
using support::HttpHeaders;
using support::HttpReply;

json json_of(const HttpReply& reply) {
    json body = json::parse(reply.body, nullptr, false);
    EXPECT_FALSE(body.is_discarded()) << reply.status << " " << reply.body;
    return body;
}

HttpHeaders with_token(std::string_view token, const HttpHeaders& more) {
    HttpHeaders headers = more;
    headers.emplace_back("Authorization", "Bearer " + std::string(token));
    const auto is_content_type = [](const auto& header) { return header.first == "Content-Type"; };
    if (std::ranges::none_of(more, is_content_type)) headers.emplace_back("Content-Type", "application/json");
    return headers;
}

UnmigratedServerTest::UnmigratedServerTest() : connection_(new_database()) {
    admin_dir_.write("email", std::string(kEmail) + "\n");
    admin_dir_.write("password", kPassword);
}

void UnmigratedServerTest::start() {
    auto server = CrmServer::start({.database = connection_,
                                    .admin_dir = admin_dir_.path(),
                                    .api = {"127.0.0.1", 0},
                                    .management = {"127.0.0.1", 0},
                                    .trusted_proxies = trusted_proxies_,
                                    .ride_out = ride_out_});
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
}

void UnmigratedServerTest::migrate() {
    const auto migrated = store::migrate(connection_, std::chrono::seconds(10), product::migrations());
    ASSERT_TRUE(migrated) << migrated.error().message;
}

bool UnmigratedServerTest::is_ready() const {
    return support::http_get(server_->management_port(), "/readyz").status == 200;
}

HttpReply UnmigratedServerTest::login(std::string_view email, std::string_view password,
                                      const HttpHeaders& more) const {
    const json body{{"email", email}, {"password", password}};
    HttpHeaders headers = more;
    headers.emplace_back("Content-Type", "application/json");
    return support::http_request(server_->api_port(), "POST", "/api/v1/login", body.dump(), headers);
}

std::string UnmigratedServerTest::log_in() const {
    const HttpReply reply = login(kEmail, kPassword);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json_of(reply).value("token", "");
}

ServerTest::ServerTest() {
    migrate();
    start();
    EXPECT_TRUE(eventually([this] { return is_ready(); }));
    token_ = log_in();
}

HttpReply ServerTest::call(std::string_view method, const std::string& target, const json& body,
                           const HttpHeaders& more) const {
    return call_raw(method, target, body.is_null() ? "" : body.dump(), more);
}

HttpReply ServerTest::call_raw(std::string_view method, const std::string& target, std::string_view body,
                               const HttpHeaders& more) const {
    return support::http_request(server_->api_port(), method, target, body, with_token(token_, more));
}

std::string ServerTest::create(const std::string& plural, const json& body) const {
    const HttpReply reply = call("POST", "/api/v1/" + plural, body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.header("Location");
}
