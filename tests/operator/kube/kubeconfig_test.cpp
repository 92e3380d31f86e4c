#include "operator/kube/kubeconfig.h"

#include "tests/support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kube {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Kubeconfig : testing::Test {
    support::TemporaryFolder folder;

    /// The configuration of one cluster and one user, given as flow mappings.
    Result<Config> with(const std::string& cluster, const std::string& user) const {
        return kubeconfig(
            folder
                .write("config",
                       "apiVersion: v1\n"
                       "kind: Config\n"
                       "current-context: here\n"
                       "contexts:\n"
                       "- {name: other, context: {cluster: nowhere, user: nobody}}\n"
                       "- {name: here, context: {cluster: local, user: admin, namespace: tenants}}\n"
                       "clusters:\n"
                       "- {name: local, cluster: " +
                           cluster +
                           "}\n"
                           "users:\n"
                           "- {name: admin, user: " +
                           user + "}\n")
                .string());
    }
};

const std::string kCluster = "{server: 'https://10.0.0.1:6443', certificate-authority-data: Q0E=}";

TEST_F(Kubeconfig, TakesClusterUserAndNamespaceOfTheCurrentContext) {
    const auto config =
        with(kCluster, "{client-certificate-data: Q0VSVA==, client-key-data: S0VZ, token: t0ken}");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(*config, (Config{.server = "https://10.0.0.1:6443",
                               .certificate_authority = {.text = "CA"},
                               .client_certificate = {.text = "CERT"},
                               .client_key = {.text = "KEY"},
                               .token = "t0ken",
                               .ns = "tenants"}));
}

TEST_F(Kubeconfig, FilesAreRelativeToTheKubeconfig) {
    const auto config =
        with("{server: 'https://k:1', certificate-authority: pki/ca.crt, tls-server-name: api.internal}",
             "{client-certificate: c.crt, client-key: /etc/c.key, tokenFile: token}");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->tls_server_name, "api.internal");
    EXPECT_EQ(config->certificate_authority.file, folder.path() / "pki/ca.crt");
    EXPECT_EQ(config->client_certificate.file, folder.path() / "c.crt");
    EXPECT_EQ(config->client_key.file, "/etc/c.key");
    EXPECT_EQ(config->token_file, folder.path() / "token");
}

TEST_F(Kubeconfig, DataWinsOverFilesAndMayBeWrapped) {
    const auto config = with(
        "{server: 'https://k:1', certificate-authority: ca.crt, certificate-authority-data: \"Q0\\nE=\\n\"}",
        "{}");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->certificate_authority, Pem{.text = "CA"});
}

TEST_F(Kubeconfig, WhatCannotBeHonouredIsRefusedByName) {
    const struct {
        std::string cluster;
        std::string user;
        std::string expected;
    } rows[] = {
        {kCluster, "{exec: {command: aws}}", "users[admin].user.exec is not supported"},
        {kCluster, "{auth-provider: {name: gcp}}", "users[admin].user.auth-provider is not supported"},
        {kCluster, "{username: a, password: hunter2}", "users[admin].user.username is not supported"},
        {kCluster, "{as: root}", "users[admin].user.as is not supported"},
        {kCluster, "{client-certificate: c.crt}", "users[admin].user.client-key is missing"},
        {kCluster, "{client-key-data: S0VZ}", "users[admin].user.client-certificate is missing"},
        {kCluster, "{client-certificate-data: '%%%', client-key-data: S0VZ}",
         "client-certificate-data is not base64"},
        {"{server: 'https://k:1', insecure-skip-tls-verify: true}", "{}",
         "clusters[local].cluster.insecure-skip-tls-verify is not supported"},
        {"{server: 'https://k:1'}", "{}", "clusters[local].cluster.certificate-authority is missing"},
        {"{server: 'k:1'}", "{}", "clusters[local].cluster.server is no http or https URL"},
        {"{}", "{}", "clusters[local].cluster.server is no http or https URL"},
        {"{server: 'https://k:1', certificate-authority-data: Q0E=Q0E=}", "{}",
         "certificate-authority-data is not base64"},
    };
    for (const auto& row : rows) {
        const auto config = with(row.cluster, row.user);
        ASSERT_FALSE(config) << row.expected;
        EXPECT_EQ(config.error().kind, ErrorKind::invalid);
        EXPECT_THAT(config.error().message, HasSubstr(row.expected));
        EXPECT_THAT(config.error().message, HasSubstr((folder.path() / "config").string()));
    }
}

TEST_F(Kubeconfig, SettingsThatAreOffAreNoReasonToRefuse) {
    EXPECT_TRUE(
        with("{server: 'https://k:1', certificate-authority-data: Q0E=, insecure-skip-tls-verify: false}",
             "{exec: null, token: t}"));
    EXPECT_TRUE(with("{server: 'http://127.0.0.1:8080'}", "{}"));
}

TEST_F(Kubeconfig, WhatIsNotThereIsNamed) {
    const auto error_of = [&](const std::string& text) {
        const auto config = kubeconfig(folder.write("config", text).string());
        return config ? std::string("no error") : config.error().message;
    };
    EXPECT_THAT(error_of("{}"), HasSubstr("current-context is not set"));
    EXPECT_THAT(error_of("current-context: x"), HasSubstr("no entry named 'x' in contexts"));
    EXPECT_THAT(error_of("{current-context: x, contexts: [{name: x, context: {cluster: k}}]}"),
                HasSubstr("no entry named 'k' in clusters"));
    EXPECT_THAT(error_of("{current-context: x, contexts: [{name: x, context: {cluster: k, user: u}}], "
                         "clusters: [{name: k, cluster: {server: 'http://k'}}]}"),
                HasSubstr("no entry named 'u' in users"));
    EXPECT_THAT(kubeconfig("/absent").error().message, HasSubstr("/absent"));
}

TEST_F(Kubeconfig, BrokenFilesAreErrorsThatQuoteNothing) {
    for (const char* text :
         {"users: [hunter2", "current-context: [hunter2]", "contexts: hunter2\ncurrent-context: x",
          "- hunter2", "hunter2", "", "current-context: x\ncontexts: [[hunter2]]"}) {
        const auto config = kubeconfig(folder.write("config", text).string());
        ASSERT_FALSE(config) << text;
        EXPECT_EQ(config.error().kind, ErrorKind::invalid) << text;
        EXPECT_THAT(config.error().message, Not(HasSubstr("hunter2")));
        EXPECT_THAT(config.error().message, HasSubstr((folder.path() / "config").string()));
    }
}

TEST_F(Kubeconfig, OfSeveralFilesTheFirstThatSaysAThingWins) {
    const std::string one =
        folder.write("one", "{current-context: x, clusters: [{name: k, cluster: {server: 'http://one'}}]}")
            .string();
    const std::string two =
        folder
            .write("two",
                   "{current-context: y, clusters: [{name: k, cluster: {server: 'http://two'}}], "
                   "contexts: [{name: x, context: {cluster: k, user: u}}], "
                   "users: [{name: u, user: {tokenFile: token}}]}")
            .string();
    const auto config = kubeconfig("/absent:" + one + ":" + two);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->server, "http://one");
    EXPECT_EQ(config->token_file, folder.path() / "token");
}

}  // namespace
}  // namespace kube
