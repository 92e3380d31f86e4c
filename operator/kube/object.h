// The Kubernetes objects this program passes on: JSON, named by kind and key.
#pragma once

#include <algorithm>
#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include <boost/container/flat_map.hpp>
#include <nlohmann/json.hpp>

namespace kube {

/// The members of a JSON object in one array, sorted by name. Objects of the API are small, and most of what
/// is done to them is to make, compare and drop them: a tree would take an allocation for every member. A
/// reference to a member is good until another one is added or removed.
template <class Name, class Value, class, class>
struct JsonMembers : boost::container::flat_map<Name, Value, std::less<>> {
    using boost::container::flat_map<Name, Value, std::less<>>::flat_map;

    friend std::partial_ordering operator<=>(const JsonMembers& one, const JsonMembers& other) {
        return std::lexicographical_compare_three_way(one.begin(), one.end(), other.begin(), other.end());
    }
};

using json = nlohmann::basic_json<JsonMembers>;

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
