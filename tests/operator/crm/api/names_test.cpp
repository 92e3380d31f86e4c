#include "operator/crm/api/names.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/desired/desired_state.h"
#include "tests/operator/crm/instances.h"

#include <map>
#include <string_view>

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

TEST(Names, LeaveRoomForWhatKubernetesAppends) {
    // Labels hold at most 63 characters: a StatefulSet's pods get one of "<name>-<revision hash>", a Job's
    // pods are named "<name>-<5 characters>", which is their host name.
    const std::map<std::string_view, std::size_t> appended{{"StatefulSet", 11}, {"Job", 6}};
    const CrmInstance instance = decoded(instance_manifest(std::string(kMaximumNameLength, 'a')));
    for (const DesiredObject& object : desired_state(instance, {}, {}, kSettings)) {
        const std::string name = kube::key_of(object.manifest).name;
        const auto more = appended.find(object.kind.kind);
        EXPECT_LE(name.size() + (more != appended.end() ? more->second : 0), 63U) << name;
    }
}

TEST(Names, OfAMigrationFollowTheImage) {
    EXPECT_EQ(migration_name("acme", "x:1"), migration_name("acme", "x:1"));
    EXPECT_NE(migration_name("acme", "x:1"), migration_name("acme", "x:2"));
    EXPECT_EQ(migration_name("acme", "x:1").size(), std::string("acme-migrate-").size() + 8);
}

TEST(Names, TellTheInstanceOfWhatKubernetesSpeaksOf) {
    const struct {
        const kube::Kind& kind;
        std::string name;
        const char* instance;
    } table[] = {
        {kStatefulSet, database_name("acme"), "acme"},
        {kJob, migration_name("acme-crm", "image:1"), "acme-crm"},
        {kPersistentVolumeClaim, database_claim_name("acme"), "acme"},
        {kPod, database_pod_name("acme"), "acme"},
        {kPod, server_name("acme-crm") + "-5c9f-x2x", "acme-crm"},
        {kPod, migration_name("acme", "image:1") + "-x2x", "acme"},
        {kPod, "nightly", ""},
        {kPod, "acme-cache-0", ""},
        {kStatefulSet, "acme-cache", ""},
        {kStatefulSet, "-database", ""},
        {kJob, "nightly", ""},
        {kPersistentVolumeClaim, "acme-database-0", ""},
        {kDeployment, server_name("acme"), ""},
    };
    for (const auto& row : table) {
        EXPECT_EQ(instance_of_object(row.kind, row.name), row.instance) << row.name;
    }
}

TEST(Labels, OfASelectorArePartOfThoseOfTheObject) {
    for (const Component component : {Component::server, Component::database, Component::migration}) {
        const json all = labels("acme", component);
        const json selected = selector_labels("acme", component);
        for (const auto& [key, value] : selected.items()) {
            EXPECT_EQ(all.at(key), value);
        }
    }
}

TEST(Labels, ThatDecideAreInADomainOfOurOwn) {
    const json selected = selector_labels("acme", Component::server);
    for (const auto& [key, value] : selected.items()) {
        EXPECT_TRUE(key.starts_with("crm-operator.dev/")) << key;
    }
    EXPECT_FALSE(labels("acme", Component::server).contains("app.kubernetes.io/instance"));
}

TEST(Labels, TellTheComponentOfAPodOf010Too) {
    const auto object = [](json labels) {
        return json::object({{"metadata", json::object({{"labels", std::move(labels)}})}});
    };
    EXPECT_EQ(component_of(object(labels("acme", Component::database))), "database");
    EXPECT_EQ(component_of(object(former_labels("acme", Component::database))), "database");
    EXPECT_EQ(component_of(json::object()), "");
}

TEST(Labels, OfOthersAreNotOurs) {
    json object = json::object({{"metadata", json::object({{"labels", labels("acme", Component::server)}})}});
    object["metadata"]["labels"]["team"] = "sales";
    EXPECT_EQ(own_labels(object), labels("acme", Component::server));
    EXPECT_EQ(instance_of(object), "acme");
    EXPECT_EQ(instance_of(json::object()), "");
}

TEST(Labels, AreSelectedByTheTextOfTheScaleSubresource) {
    EXPECT_EQ(selector_text("acme", Component::server),
              "crm-operator.dev/component=server,crm-operator.dev/instance=acme");
}

}  // namespace
}  // namespace crm
