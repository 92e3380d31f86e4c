#include "operator/kube/cpprest_client.h"
#include "operator/kube/tls_context.h"
#include "tests/support/fake_api_server.h"
#include "tests/support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using support::CertificateAuthority;
using support::FakeApiServer;
using support::replies;
using testing::HasSubstr;

constexpr Kind kSecrets{"", "v1", "Secret", "secrets"};

Result<Page> list(const Config& config) {
    return connect(config).and_then(
        [](const std::unique_ptr<Client>& client) { return client->list(kSecrets, {}, 1, "", {}); });
}

/// Answers every list of Secrets.
std::unique_ptr<FakeApiServer> tls_server(FakeApiServer::Options options) {
    auto server = std::make_unique<FakeApiServer>(std::move(options));
    server->on("GET", "/api/v1/secrets",
               replies(200, R"({"metadata": {"resourceVersion": "7"}, "items": []})"));
    return server;
}

struct Tls : testing::Test {
    CertificateAuthority authority{"cluster"};
    CertificateAuthority other{"other"};
    std::unique_ptr<FakeApiServer> server =
        tls_server({.tls = authority.issue("api", {"DNS:localhost", "DNS:api.internal", "IP:127.0.0.1"})});
};

TEST_F(Tls, TrustsAServerOfTheGivenAuthorityByNameAndByAddress) {
    for (const char* host : {"127.0.0.1", "localhost"}) {
        const auto page =
            list({.server = server->url(host), .certificate_authority = {.text = authority.certificate()}});
        EXPECT_TRUE(page) << host << ": " << page.error().message;
    }
}

TEST_F(Tls, DistrustsEveryOtherAuthority) {
    const auto page = list({.server = server->url(), .certificate_authority = {.text = other.certificate()}});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(page.error().message, HasSubstr("issuer certificate"));
    EXPECT_TRUE(server->requests().empty());
}

TEST_F(Tls, DistrustsAServerWithAnotherNameOrAddress) {
    const auto wrong = tls_server({.tls = authority.issue("localhost", {"DNS:api.internal", "IP:10.0.0.1"})});
    const struct {
        const char* host;
        const char* reason;
    } rows[] = {{"localhost", "ostname mismatch"}, {"127.0.0.1", "IP address mismatch"}};
    for (const auto& row : rows) {
        const auto page = list(
            {.server = wrong->url(row.host), .certificate_authority = {.text = authority.certificate()}});
        ASSERT_FALSE(page) << row.host;
        EXPECT_THAT(page.error().message, HasSubstr(row.reason));
    }
    EXPECT_TRUE(wrong->requests().empty());
}

TEST_F(Tls, ExpectsTheServerNameOfTheConfigurationInstead) {
    const auto named = tls_server({.tls = authority.issue("api", {"DNS:api.internal"})});
    Config config{.server = named->url(), .certificate_authority = {.text = authority.certificate()}};
    EXPECT_FALSE(list(config));
    config.tls_server_name = "api.internal";
    const auto page = list(config);
    EXPECT_TRUE(page) << page.error().message;
}

TEST_F(Tls, ReachesAnIPv6Address) {
    const auto ipv6 = tls_server({.address = "::1", .tls = authority.issue("api", {"IP:::1"})});
    const auto page =
        list({.server = ipv6->url("[::1]"), .certificate_authority = {.text = authority.certificate()}});
    EXPECT_TRUE(page) << page.error().message;
}

TEST_F(Tls, ShowsItsClientCertificate) {
    const auto strict = tls_server(
        {.tls = authority.issue("api", {"IP:127.0.0.1"}), .client_authority = authority.certificate()});
    Config config{.server = strict->url(), .certificate_authority = {.text = authority.certificate()}};
    EXPECT_FALSE(list(config));
    const support::KeyPair client = authority.issue("admin");
    config.client_certificate.text = client.certificate;
    config.client_key.text = client.key;
    const auto page = list(config);
    EXPECT_TRUE(page) << page.error().message;
}

TEST_F(Tls, ConnectionsAreKeptAndNewOnesUseRotatedFiles) {
    const support::TemporaryFolder folder;
    const auto file = folder.write("ca.crt", other.certificate());
    const auto client = *connect({.server = server->url(), .certificate_authority = {.file = file}});
    EXPECT_FALSE(client->list(kSecrets, {}, 1, "", {}));
    folder.write("ca.crt", other.certificate() + authority.certificate());
    const std::size_t before = server->connections();
    constexpr int kCalls = 40;
    for (int i = 0; i < kCalls; ++i) {
        EXPECT_TRUE(client->list(kSecrets, {}, 1, "", {}));
    }
    // A connection is put back a moment after its answer is here, so a quick caller may make a few.
    EXPECT_LT(server->connections(), before + kCalls / 4);
}

TEST_F(Tls, CertificatesThatCannotBeUsedAreRefusedBeforeAnyConnection) {
    const Config good{.server = "https://127.0.0.1:1",
                      .certificate_authority = {.text = authority.certificate()}};
    ASSERT_TRUE(connect(good));
    Config bad = good;
    bad.certificate_authority = {.text = "not a certificate"};
    EXPECT_EQ(connect(bad).error().kind, ErrorKind::invalid);
    bad = good;
    bad.certificate_authority = {.file = "/absent/ca.crt"};
    EXPECT_THAT(connect(bad).error().message, HasSubstr("/absent/ca.crt"));
    bad = good;
    bad.client_certificate.text = authority.issue("one").certificate;
    bad.client_key.text = authority.issue("two").key;
    EXPECT_EQ(connect(bad).error().kind, ErrorKind::invalid);
}

TEST(HostOf, ReadsTheHostOfAUrl) {
    EXPECT_EQ(host_of("https://10.0.0.1:443"), "10.0.0.1");
    EXPECT_EQ(host_of("https://k8s.internal/clusters/a:b"), "k8s.internal");
    EXPECT_EQ(host_of("https://[fd00::1]:6443/x"), "fd00::1");
    EXPECT_EQ(host_of("https://[fd00::1]"), "fd00::1");
}

}  // namespace
}  // namespace kube
