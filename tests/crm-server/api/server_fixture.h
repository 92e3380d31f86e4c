// The whole CRM server against a PostgreSQL of the program's own, spoken to by HTTP.
#pragma once

#include "crm-server/crm_server.h"
#include "tests/crm-server/postgres.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

nlohmann::json json_of(const support::HttpReply& reply);

/// "Authorization: Bearer TOKEN" and, unless `more` has another, "Content-Type: application/json".
support::HttpHeaders with_token(std::string_view token, const support::HttpHeaders& more = {});

/// A server over an empty database that nobody has migrated yet.
class UnmigratedServerTest : public testing::Test {
  protected:
    static constexpr std::string_view kEmail = "admin@crm.example";
    static constexpr std::string_view kPassword = "a good password";

    UnmigratedServerTest();

    void start();
    void migrate();
    bool is_ready() const;

    support::HttpReply login(std::string_view email, std::string_view password,
                             const support::HttpHeaders& more = {}) const;
    /// A session of the administrator.
    std::string log_in() const;

    store::ConnectionSettings connection_;
    /// None: an outage shows at once.
    std::chrono::milliseconds ride_out_{0};
    api::TrustedProxies trusted_proxies_;
    support::TemporaryFolder admin_dir_;
    std::unique_ptr<CrmServer> server_;
};

/// A server that is ready, and a session of its administrator.
class ServerTest : public UnmigratedServerTest {
  protected:
    ServerTest();

    /// As the administrator. A body that is not null is sent as JSON; `more` headers come first.
    support::HttpReply call(std::string_view method, const std::string& target,
                            const nlohmann::json& body = nullptr,
                            const support::HttpHeaders& more = {}) const;
    /// The same with a body as it is.
    support::HttpReply call_raw(std::string_view method, const std::string& target, std::string_view body,
                                const support::HttpHeaders& more = {}) const;
    /// The path of a new record.
    std::string create(const std::string& plural, const nlohmann::json& body) const;

    std::string token_;
};
