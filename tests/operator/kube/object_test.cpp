#include "operator/kube/object.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

TEST(Object, TheApiVersionOfTheCoreGroupIsItsVersionAlone) {
    EXPECT_EQ((Kind{"", "v1", "Secret", "secrets"}.api_version()), "v1");
    EXPECT_EQ((Kind{"apps", "v1", "Deployment", "deployments"}.api_version()), "apps/v1");
}

TEST(Object, MetadataIsReadFromTheObject) {
    const json object = json::parse(
        R"({"metadata": {"namespace": "tenants", "name": "acme", "uid": "u-1", "resourceVersion": "42"}})");
    EXPECT_EQ(key_of(object), (ObjectKey{"tenants", "acme"}));
    EXPECT_EQ(to_string(key_of(object)), "tenants/acme");
    EXPECT_EQ(uid_of(object), "u-1");
    EXPECT_EQ(resource_version_of(object), "42");
}

TEST(Object, AbsentOrMisshapenMetadataReadsAsEmpty) {
    for (const char* text :
         {"{}", R"({"metadata": null})", R"({"metadata": {"name": 7, "uid": {}}})", "[]", "3"}) {
        const json object = json::parse(text);
        EXPECT_EQ(key_of(object), ObjectKey{}) << text;
        EXPECT_EQ(uid_of(object), "") << text;
        EXPECT_EQ(resource_version_of(object), "") << text;
    }
}

}  // namespace
}  // namespace kube
