#include "operator/kube/config.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment(const Variables& variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    };
}

struct ServiceAccount : testing::Test {
    support::TemporaryFolder folder;
    void SetUp() override {
        folder.write("token", "t0ken\n");
        folder.write("ca.crt", "PEM");
        folder.write("namespace", "crm-system");
    }
};

TEST_F(ServiceAccount, TellsServerAuthorityTokenFileAndNamespace) {
    const auto config = in_cluster_config(
        environment({{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}}),
        folder.path());
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->server, "https://10.96.0.1:443");
    EXPECT_EQ(config->token_file, folder.path() / "token");
    EXPECT_EQ(config->certificate_authority.file, folder.path() / "ca.crt");
    EXPECT_EQ(config->ns, "crm-system");
}

TEST_F(ServiceAccount, AnIPv6AddressIsPutInBrackets) {
    const auto config = in_cluster_config(
        environment({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "6443"}}),
        folder.path());
    ASSERT_TRUE(config);
    EXPECT_EQ(config->server, "https://[fd00::1]:6443");
}

TEST_F(ServiceAccount, WhatIsMissingIsNamed) {
    const Variables cluster{{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
    EXPECT_NE(
        in_cluster_config(environment({}), folder.path()).error().message.find("KUBERNETES_SERVICE_HOST"),
        std::string::npos);
    for (const char* file : {"ca.crt", "token"}) {
        std::filesystem::remove(folder.path() / file);
        const auto config = in_cluster_config(environment(cluster), folder.path());
        ASSERT_FALSE(config);
        EXPECT_EQ(config.error().kind, ErrorKind::invalid);
        EXPECT_NE(config.error().message.find((folder.path() / file).string()), std::string::npos);
    }
}

struct FindConfig : testing::Test {
    support::TemporaryFolder folder;

    std::string file(const std::string& name, const std::string& server) const {
        return folder
            .write(name,
                   "current-context: c\n"
                   "contexts: [{name: c, context: {cluster: k}}]\n"
                   "clusters: [{name: k, cluster: {server: 'http://" +
                       server + "'}}]\n")
            .string();
    }
};

TEST_F(FindConfig, TheFileAskedForGoesBeforeKubeconfigBeforeTheClusterBeforeHome) {
    file("home/.kube/config", "home");
    Variables variables{{"HOME", (folder.path() / "home").string()}};
    EXPECT_EQ(find_config(std::nullopt, environment(variables))->server, "http://home");

    variables["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    const auto in_cluster = find_config(std::nullopt, environment(variables));
    ASSERT_FALSE(in_cluster);  // in a cluster without a port: not silently somewhere else
    EXPECT_NE(in_cluster.error().message.find("KUBERNETES_SERVICE_PORT"), std::string::npos);

    variables["KUBECONFIG"] = file("variable", "variable");
    EXPECT_EQ(find_config(std::nullopt, environment(variables))->server, "http://variable");
    EXPECT_EQ(find_config(file("asked", "asked"), environment(variables))->server, "http://asked");
}

TEST_F(FindConfig, AnEmptyKubeconfigVariableCountsAsNotSet) {
    file("home/.kube/config", "home");
    const Variables variables{{"HOME", (folder.path() / "home").string()}, {"KUBECONFIG", ""}};
    EXPECT_EQ(find_config(std::nullopt, environment(variables))->server, "http://home");
}

TEST_F(FindConfig, NothingAnywhereIsAnErrorThatSaysWhatWasLookedFor) {
    const auto config = find_config(std::nullopt, environment({{"HOME", folder.path().string()}}));
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find("KUBECONFIG"), std::string::npos);
    EXPECT_FALSE(find_config((folder.path() / "absent").string(), environment({})));
}

TEST(Pem, IsReadFromItsFileEachTime) {
    const support::TemporaryFolder folder;
    const Pem pem{.file = folder.write("ca.crt", "one")};
    EXPECT_EQ(*pem.read("authority"), "one");
    folder.write("ca.crt", "two");
    EXPECT_EQ(*pem.read("authority"), "two");
    EXPECT_EQ(*(Pem{.text = "given"}.read("authority")), "given");
    EXPECT_NE(Pem{.file = folder.path() / "absent"}.read("authority").error().message.find("authority"),
              std::string::npos);
}

}  // namespace
}  // namespace kube
