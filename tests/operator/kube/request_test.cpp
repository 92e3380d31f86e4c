#include "operator/kube/request.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

constexpr Kind kSecrets{"", "v1", "Secret", "secrets"};
constexpr Kind kDeployments{"apps", "v1", "Deployment", "deployments"};
constexpr Kind kInstances{"crm-operator.dev", "v1alpha1", "CrmInstance", "crminstances"};

TEST(Request, PercentEncodesAllButUnreservedCharacters) {
    const struct {
        std::string_view text;
        std::string_view encoded;
    } rows[] = {
        {"", ""},
        {"AZaz09-._~", "AZaz09-._~"},
        {"app.kubernetes.io/managed-by=crm-operator", "app.kubernetes.io%2Fmanaged-by%3Dcrm-operator"},
        {"a in (b,c),!d", "a%20in%20%28b%2Cc%29%2C%21d"},
        {"a+b&c?d#e%f", "a%2Bb%26c%3Fd%23e%25f"},
        {"\xc3\xa9", "%C3%A9"},
        {std::string_view("\0\xff", 2), "%00%FF"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(percent_encoded(row.text), row.encoded);
    }
}

TEST(Request, ListsAllNamespacesOrOne) {
    EXPECT_EQ(list_request(kSecrets, {}, 100, "").target, "/api/v1/secrets?limit=100");
    EXPECT_EQ(list_request(kSecrets, {.ns = "tenants"}, 100, "").target,
              "/api/v1/namespaces/tenants/secrets?limit=100");
    EXPECT_EQ(list_request(kInstances, {.ns = "tenants"}, 5, "").target,
              "/apis/crm-operator.dev/v1alpha1/namespaces/tenants/crminstances?limit=5");
}

TEST(Request, ListsTheNextPageOfASelection) {
    const Request request = list_request(kDeployments, {.label_selector = "a/b=c"}, 50, "eyJ2IjoibWV0YS=+");
    EXPECT_EQ(request, (Request{.method = "GET",
                                .target = "/apis/apps/v1/deployments?labelSelector=a%2Fb%3Dc&limit=50"
                                          "&continue=eyJ2IjoibWV0YS%3D%2B"}));
}

TEST(Request, ListsOneObjectByItsName) {
    EXPECT_EQ(list_request(kSecrets, {.ns = "tenants", .name = "acme"}, 1, "").target,
              "/api/v1/namespaces/tenants/secrets?fieldSelector=metadata.name%3Dacme&limit=1");
}

TEST(Request, SelectsByFields) {
    EXPECT_EQ(list_request(kSecrets, {.field_selector = "type=Opaque"}, 1, "").target,
              "/api/v1/secrets?fieldSelector=type%3DOpaque&limit=1");
    EXPECT_EQ(list_request(kSecrets, {.name = "acme", .field_selector = "type=Opaque"}, 1, "").target,
              "/api/v1/secrets?fieldSelector=type%3DOpaque%2Cmetadata.name%3Dacme&limit=1");
}

TEST(Request, WatchesWithBookmarksFromAVersionAndEndsByItself) {
    const Request request = watch_request(kDeployments, {.ns = "t", .label_selector = "a=b"}, "1042");
    EXPECT_EQ(request,
              (Request{.method = "GET",
                       .target = "/apis/apps/v1/namespaces/t/deployments?labelSelector=a%3Db&watch=1"
                                 "&resourceVersion=1042&allowWatchBookmarks=true&timeoutSeconds=290"}));
}

TEST(Request, CreatesUnderAFieldManagerOfItsOwnAndIsNotRepeated) {
    const json secret = json::parse(R"({"metadata": {"namespace": "tenants", "name": "acme-admin"}})");
    const Request request = create_request(kSecrets, secret, {});
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/api/v1/namespaces/tenants/secrets?fieldManager=crm-operator-create");
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_EQ(json::parse(request.body), secret);
    EXPECT_FALSE(request.idempotent);
}

TEST(Request, TriesACreateOfWhichNothingComesAsOftenAsItTakes) {
    const json secret = json::parse(R"({"metadata": {"namespace": "tenants", "name": "acme-admin"}})");
    const Request request = create_request(kSecrets, secret, {.dry_run = true});
    EXPECT_EQ(request.target,
              "/api/v1/namespaces/tenants/secrets?fieldManager=crm-operator-create&dryRun=All");
    EXPECT_TRUE(request.idempotent);
}

TEST(Request, AppliesTheObjectOrItsStatus) {
    const json object = json::parse(R"({"metadata": {"namespace": "tenants", "name": "acme"}})");
    const Request spec = apply_request(kDeployments, object, {});
    EXPECT_EQ(spec.method, "PATCH");
    EXPECT_EQ(spec.target,
              "/apis/apps/v1/namespaces/tenants/deployments/acme?fieldManager=crm-operator&force=false");
    EXPECT_EQ(spec.content_type, "application/apply-patch+yaml");
    EXPECT_EQ(json::parse(spec.body), object);
    EXPECT_TRUE(spec.idempotent);

    const Request status =
        apply_request(kInstances, object, {.force = true, .subresource = Subresource::status});
    EXPECT_EQ(status.target,
              "/apis/crm-operator.dev/v1alpha1/namespaces/tenants/crminstances/acme/status"
              "?fieldManager=crm-operator&force=true");
}

TEST(Request, PatchesWithPreconditions) {
    const json changes = json::parse(R"({"metadata": {"labels": {"team": null}}})");
    const Request any = patch_request(kDeployments, {"tenants", "acme"}, changes, {});
    EXPECT_EQ(any.method, "PATCH");
    EXPECT_EQ(any.target, "/apis/apps/v1/namespaces/tenants/deployments/acme?fieldManager=crm-operator");
    EXPECT_EQ(any.content_type, "application/merge-patch+json");
    EXPECT_EQ(json::parse(any.body), changes);

    const Request one =
        patch_request(kDeployments, {"tenants", "acme"}, changes, {.uid = "u-1", .resource_version = "7"});
    EXPECT_EQ(
        json::parse(one.body),
        json::parse(R"({"metadata": {"labels": {"team": null}, "uid": "u-1", "resourceVersion": "7"}})"));
}

TEST(Request, ANameCannotLeaveItsPlaceInThePath) {
    const json object = json::parse(R"({"metadata": {"namespace": "a/b", "name": "../c?d"}})");
    EXPECT_EQ(apply_request(kSecrets, object, {}).target,
              "/api/v1/namespaces/a%2Fb/secrets/..%2Fc%3Fd?fieldManager=crm-operator&force=false");
}

TEST(Request, DeletesInTheBackgroundOnlyTheVeryObjectOrWithoutItsDependents) {
    const Request any = delete_request(kSecrets, {"tenants", "acme-admin"}, {});
    EXPECT_EQ(any.method, "DELETE");
    EXPECT_EQ(any.target, "/api/v1/namespaces/tenants/secrets/acme-admin");
    EXPECT_EQ(any.content_type, "application/json");
    EXPECT_EQ(
        json::parse(any.body),
        json::parse(R"({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"})"));

    const Request one = delete_request(kSecrets, {"tenants", "acme-admin"}, {.uid = "u-1"});
    EXPECT_EQ(json::parse(one.body)["preconditions"], json::parse(R"({"uid": "u-1"})"));

    const Request alone =
        delete_request(kSecrets, {"tenants", "acme-admin"}, {.dependents = Dependents::orphan});
    EXPECT_EQ(json::parse(alone.body)["propagationPolicy"], "Orphan");
}

}  // namespace
}  // namespace kube
