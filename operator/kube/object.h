// The Kubernetes objects this program passes on: JSON, named by kind and key.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace kube {

using json = nlohmann::json;

/// One kind of the Kubernetes API: what a URL needs. Kinds are data; to use a new one, name it.
struct Kind {
    std::string_view group;  // empty for the core group
    std::string_view version;
    std::string_view kind;    // "StatefulSet"
    std::string_view plural;  // "statefulsets"

    /// "apps/v1", or "v1" for the core group.
    std::string api_version() const;
    bool operator==(const Kind&) const = default;
};

/// Where an object is. All kinds used here are namespaced.
struct ObjectKey {
    std::string ns;
    std::string name;

    auto operator<=>(const ObjectKey&) const = default;
};

/// "namespace/name", for logs.
std::string to_string(const ObjectKey& key);

/// Reads metadata; absent fields are empty.
ObjectKey key_of(const json& object);
std::string uid_of(const json& object);
std::string resource_version_of(const json& object);

}  // namespace kube

template <>
struct std::hash<kube::ObjectKey> {
    std::size_t operator()(const kube::ObjectKey& key) const noexcept {
        return std::hash<std::string>{}(key.ns) * 31 + std::hash<std::string>{}(key.name);
    }
};
