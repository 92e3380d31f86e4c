#include "tests/operator/crm/mutations.h"

#include <set>
#include <utility>

namespace crm {
namespace {

using kube::json;
using Pointer = json::json_pointer;

/// What identifies an object nobody can change.
bool is_identity(const Pointer& at) {
    static const std::set<std::string> kIdentity = {"/apiVersion", "/kind", "/metadata", "/metadata/name",
                                                    "/metadata/namespace"};
    return kIdentity.contains(at.to_string());
}

json other_value(const json& value) {
    if (value.is_boolean()) {
        return !value.get<bool>();
    }
    return value.is_number() ? json(value.get<std::int64_t>() + 1) : json(value.get<std::string>() + "x");
}

Mutation replacing(const Pointer& at, json value) {
    return {"changes " + at.to_string(),
            [at, value = std::move(value)](json& object) { object.at(at) = value; }};
}

Mutation removing(const Pointer& at) {
    return {"removes " + at.to_string(), [at](json& object) {
                json& parent = object.at(at.parent_pointer());
                if (parent.is_array()) {
                    parent.erase(std::stoul(at.back()));
                } else {
                    parent.erase(at.back());
                }
            }};
}

void collect(const json& value, const Pointer& at, std::vector<Mutation>& mutations) {
    if (!at.empty() && !is_identity(at)) {
        mutations.push_back(removing(at));
        if (value.is_primitive()) {
            mutations.push_back(replacing(at, other_value(value)));
        }
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            collect(member, at / name, mutations);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            collect(value[i], at / i, mutations);
        }
    }
}

json another_owner(bool controller) {
    return json::object({{"apiVersion", "apps/v1"},
                         {"kind", "Deployment"},
                         {"name", "other"},
                         {"uid", "00000000-0000-4000-9000-000000000001"},
                         {"controller", controller}});
}

void replace_owners(std::vector<Mutation>& mutations) {
    const Pointer owners("/metadata/ownerReferences");
    mutations.push_back({"has another controller take it over",
                         [owners](json& object) { object[owners] = json::array({another_owner(true)}); }});
    mutations.push_back(
        {"has another controller take it over and ours stay as an owner", [owners](json& object) {
             object[owners][0]["controller"] = false;
             object[owners].push_back(another_owner(true));
         }});
}

/// A union of alternatives: taking another one leaves ours no room.
void replace_alternatives(const json& manifest, std::vector<Mutation>& mutations) {
    const Pointer pods("/spec/template/spec");
    if (!manifest.contains(pods)) {
        return;
    }
    const json& volumes = manifest[pods]["volumes"];
    for (std::size_t i = 0; i < volumes.size(); ++i) {
        mutations.push_back(replacing(
            pods / "volumes" / i,
            json::object({{"name", volumes[i]["name"]}, {"hostPath", json::object({{"path", "/"}})}})));
    }
    const json exec = json::object({{"exec", json::object({{"command", json::array({"true"})}})}});
    const json tcp = json::object({{"tcpSocket", json::object({{"port", 1}})}});
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        const Pointer at = pods / "containers" / 0 / probe;
        if (manifest.contains(at)) {
            mutations.push_back(replacing(at, manifest[at].contains("exec") ? tcp : exec));
        }
    }
}

}  // namespace

std::vector<Mutation> mutations_of(const json& manifest) {
    std::vector<Mutation> mutations;
    collect(manifest, Pointer(), mutations);
    if (manifest["metadata"].contains("ownerReferences")) {
        replace_owners(mutations);
    }
    replace_alternatives(manifest, mutations);
    return mutations;
}

}  // namespace crm
