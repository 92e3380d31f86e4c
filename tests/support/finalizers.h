// What keeps an object, and for whom. Pure.
#pragma once

#include "operator/kube/object.h"

#include <algorithm>
#include <string_view>

namespace support {

/// Held by who deletes an object but not what it owns, until the garbage collector has let those go.
inline constexpr const char* kOrphanFinalizer = "orphan";

/// A list in the metadata; an empty one when it is absent.
inline const kube::json& metadata_list(const kube::json& object, const char* name) {
    static const kube::json kEmpty = kube::json::array();
    const kube::json& metadata = object.at("metadata");
    const auto found = metadata.find(name);
    return found == metadata.end() ? kEmpty : *found;
}

inline bool has_finalizer(const kube::json& object, std::string_view name) {
    const kube::json& finalizers = metadata_list(object, "finalizers");
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
}

inline bool has_finalizers(const kube::json& object) {
    return !metadata_list(object, "finalizers").empty();
}

}  // namespace support
