// The ClusterRole grants what the operator does, and no more.
#include "operator/crm/api/kinds.h"
#include "operator/crm/desired/desired_state.h"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace crm {
namespace {

/// Verbs by "resource.group".
using Permissions = std::map<std::string, std::set<std::string>>;

std::string resource(const kube::Kind& kind, const std::string& subresource = "") {
    return std::string(kind.plural) + subresource + "." + std::string(kind.group);
}

std::set<std::string> verbs_of(Write write) {
    switch (write) {
        case Write::apply:
        case Write::create:
        case Write::create_once:
            return {"list", "watch", "create", "patch"};
        case Write::adopt:
            return {"list", "watch", "patch"};
    }
    return {};
}

Permissions needed() {
    Permissions result{{resource(kCrmInstance), {"list", "watch"}},
                       {resource(kCrmInstance, "/status"), {"patch"}},
                       {resource(kCrmInstance, "/finalizers"), {"update"}},
                       {resource(kPod), {"list", "watch", "create", "patch", "delete"}},
                       {resource(kNode), {"list"}},
                       {resource(kReplicaSet), {"list", "patch"}},
                       {resource(kControllerRevision), {"list", "patch"}},
                       {resource(kEvent), {"list", "watch", "create"}}};
    for (const OwnedObject& object : owned_objects()) {
        result[resource(object.kind)].merge(verbs_of(object.write));
        if (object.kind == kStatefulSet || object.kind == kDeployment) {
            result[resource(object.kind)].insert("delete");  // another takes over its pods
        }
        if (object.may_be_left_over()) {
            result[resource(object.kind)].insert("delete");
        }
    }
    return result;
}

Permissions granted() {
    Permissions result;
    for (const YAML::Node& rule : YAML::LoadFile(SOURCE_DIR "/config/rbac/role.yaml")["rules"]) {
        for (const YAML::Node& group : rule["apiGroups"]) {
            for (const YAML::Node& name : rule["resources"]) {
                for (const YAML::Node& verb : rule["verbs"]) {
                    result[name.as<std::string>() + "." + group.as<std::string>()].insert(
                        verb.as<std::string>());
                }
            }
        }
    }
    return result;
}

/// What is in one and not in the other.
std::string difference(const Permissions& one, const Permissions& other) {
    std::string result;
    for (const auto& [name, verbs] : one) {
        const auto found = other.find(name);
        for (const std::string& verb : verbs) {
            if (found == other.end() || !found->second.contains(verb)) {
                result.append(verb).append(" ").append(name).append("\n");
            }
        }
    }
    return result;
}

TEST(Permissions, HoldEveryVerbThatAnOwnedKindNeeds) {
    EXPECT_EQ(difference(needed(), granted()), "") << "add these to config/rbac/role.yaml";
}

TEST(Permissions, HoldNothingThatIsNotUsed) {
    EXPECT_EQ(difference(granted(), needed()), "") << "take these out of config/rbac/role.yaml";
}

}  // namespace
}  // namespace crm
