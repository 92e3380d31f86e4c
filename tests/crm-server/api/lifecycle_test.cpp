// Starting before the database is migrated, losing the database, and stopping under load.
#include "tests/crm-server/api/server_fixture.h"

#include <atomic>
#include <filesystem>
#include <system_error>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace {

using support::eventually;
using support::HttpConnection;
using support::HttpHeaders;
using support::HttpReply;
using testing::HasSubstr;

class LifecycleTest : public ServerTest {};

TEST_F(UnmigratedServerTest, StaysUpAndSaysWhyItIsNotReadyUntilTheDatabaseIsMigrated) {
    start();
    EXPECT_TRUE(eventually([&] {
        const HttpReply reply = support::http_get(server_->management_port(), "/readyz");
        return reply.status == 503 && reply.body.find("crm-server migrate") != std::string::npos;
    }));
    EXPECT_EQ(support::http_get(server_->management_port(), "/healthz").status, 200);
    const HttpReply reply = support::http_get(server_->api_port(), "/api/v1/contacts");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "5");

    migrate();
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_NE(log_in(), "");
}

TEST_F(UnmigratedServerTest, IsNotReadyWithoutTheAdministratorsFiles) {
    std::filesystem::remove(admin_dir_.path() / "password");
    migrate();
    start();
    EXPECT_TRUE(eventually([&] {
        return support::http_get(server_->management_port(), "/readyz").body.find("password") !=
               std::string::npos;
    }));
    admin_dir_.write("password", kPassword);
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_NE(log_in(), "");
}

TEST_F(UnmigratedServerTest, RefusesAPortThatIsTaken) {
    start();
    const auto second = CrmServer::start({.database = connection_,
                                          .admin_dir = {},
                                          .api = {"127.0.0.1", server_->api_port()},
                                          .management = {"127.0.0.1", 0}});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr(std::to_string(server_->api_port())));
}

TEST_F(LifecycleTest, FollowsTheSecretOfTheAdministratorWhenItIsStartedAgain) {
    server_.reset();
    admin_dir_.write("email", "chief@crm.example");
    start();
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_EQ(login("chief@crm.example", kPassword).status, 200);
    EXPECT_EQ(login(kEmail, kPassword).status, 401);
    EXPECT_EQ(call("GET", "/api/v1/contacts").status, 401) << "sessions have ended";
}

TEST_F(LifecycleTest, ServesOnWithTheAdministratorAsItWasWhenTheNewAddressIsTaken) {
    server_.reset();
    execute(connection_,
            "insert into users (id, email, password_hash) "
            "values (gen_random_uuid(), 'chief@crm.example', '')");
    admin_dir_.write("email", "chief@crm.example");
    testing::internal::CaptureStderr();
    start();
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("the one of another user"));
    EXPECT_EQ(login(kEmail, kPassword).status, 200);
    EXPECT_EQ(call("GET", "/api/v1/contacts").status, 200);
}

TEST_F(LifecycleTest, AnswersAgainByItselfWhenTheDatabaseComesBack) {
    const std::string contact = create("contacts", {{"lastName", "L"}});
    postgres().stop();
    const HttpReply reply = call("GET", contact);
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_NE(reply.header("Retry-After"), "");
    EXPECT_EQ(call("POST", "/api/v1/contacts", {{"lastName", "M"}}).status, 503);
    EXPECT_TRUE(eventually([&] { return !is_ready(); }));

    postgres().start();
    EXPECT_TRUE(eventually([&] { return call("GET", contact).status == 200; }));
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_EQ(call("POST", "/api/v1/contacts", {{"lastName", "M"}}).status, 201);
}

TEST_F(LifecycleTest, LeavesTheAdministratorAloneWhenTheDatabaseComesBackWithOne) {
    admin_dir_.write("email", "older@crm.example");
    postgres().stop();
    EXPECT_TRUE(eventually([&] { return !is_ready(); }));
    postgres().start();
    EXPECT_TRUE(eventually([&] { return is_ready(); }));
    EXPECT_EQ(login("older@crm.example", kPassword).status, 401);
    EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(LifecycleTest, SetsTheAdministratorInADatabaseThatCameBackWithoutOne) {
    execute(connection_, "delete from users");
    EXPECT_TRUE(eventually([&] { return execute(connection_, "update users set email = email") == 1; }));
    EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(LifecycleTest, CountsRequestsByRoute) {
    create("contacts", {{"lastName", "L"}});
    EXPECT_THAT(support::http_get(server_->management_port(), "/metrics").body,
                HasSubstr(R"(http_requests_total{method="POST",route="/api/v1/contacts",status="201"} 1)"));
}

TEST_F(LifecycleTest, TellsItsStateInMetrics) {
    const std::string metrics = support::http_get(server_->management_port(), "/metrics").body;
    EXPECT_NE(metrics.find("\ncrm_server_ready 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("\ncrm_server_database_connections "), std::string::npos);
    EXPECT_NE(metrics.find("\ncrm_server_request_body_bytes 0\n"), std::string::npos);
    EXPECT_EQ(metrics.find("\ncrm_server_database_connections 0\n"), std::string::npos);
}

/// A server that rides out an outage of the database, and clients that log in and out all the time.
class PatientServerTest : public UnmigratedServerTest {
  protected:
    PatientServerTest() {
        ride_out_ = std::chrono::seconds(15);
        migrate();
        start();
        EXPECT_TRUE(eventually([this] { return is_ready(); }));
    }

    /// Everything that is done with credentials.
    void visit() {
        const HttpReply session = login(kEmail, kPassword);
        expect(200, session);
        const HttpHeaders headers = with_token(json_of(session).value("token", ""));
        const HttpReply key = send("POST", "/api/v1/api-keys", R"({"name": "import"})", headers);
        expect(201, key);
        const HttpHeaders key_headers = with_token(json_of(key).value("key", ""));
        expect(200, send("GET", "/api/v1/contacts", "", key_headers));
        expect(204, send("DELETE", key.header("Location"), "", headers));
        expect(204, send("POST", "/api/v1/logout", "", headers));
        ++visits_;
    }

    std::atomic<int> visits_ = 0;

  private:
    HttpReply send(const char* method, const std::string& path, const char* body,
                   const HttpHeaders& headers) const {
        return support::http_request(server_->api_port(), method, path, body, headers);
    }
    static void expect(int status, const HttpReply& reply) { EXPECT_EQ(reply.status, status) << reply.body; }
};

TEST_F(PatientServerTest, FailsNoLoginLogoutOrApiKeyWhenTheDatabaseDiesAndComesBack) {
    std::atomic<bool> stop = false;
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            while (!stop) visit();
        });
    EXPECT_TRUE(eventually([&] { return visits_ > 10; }));
    postgres().kill();
    postgres().start();
    const int before = visits_;
    EXPECT_TRUE(eventually([&] { return visits_ > before + 10; }));
    stop = true;
}

/// Sends reads one after the other over kept connections until the server takes no more connections.
void read_until_refused(std::uint16_t port, const std::string& request, std::atomic<int>& answered,
                        std::atomic<int>& lost) {
    try {
        for (;;) {
            HttpConnection connection(port);
            for (bool open = true; open;) {
                if (!connection.send(request)) {
                    ++lost;
                    break;
                }
                const std::optional<HttpReply> reply = connection.receive();
                const bool good = reply && reply->status == 200;
                ++(good ? answered : lost);
                open = good && reply->header("Connection") != "close";
            }
        }
    } catch (const std::system_error&) {
        // Refused: the server has stopped to listen, as it should.
    }
}

TEST_F(LifecycleTest, LosesNoRequestWhenItStopsUnderLoad) {
    const std::string contact = create("contacts", {{"lastName", "L"}});
    const std::string request =
        "GET " + contact + " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + token_ + "\r\n\r\n";
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 8; ++i) {
            clients.emplace_back([&] { read_until_refused(server_->api_port(), request, answered, lost); });
        }
        EXPECT_TRUE(eventually([&] { return answered > 500; }));
        server_->drain();
    }
    EXPECT_EQ(lost, 0);
}

TEST_F(LifecycleTest, IsNotReadyAsSoonAsItIsAboutToStop) {
    server_->drain();
    const HttpReply reply = support::http_get(server_->management_port(), "/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.body, HasSubstr("stopping"));
}

}  // namespace
