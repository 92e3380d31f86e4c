// What the API server does with metadata.managedFields when an object is written. Pure.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"

#include <string>

namespace support {

/// Who writes: one entry of managedFields.
struct FieldManager {
    std::string name;
    std::string operation;         // "Apply" or "Update"
    std::string subresource = {};  // "status" or empty

    bool operator==(const FieldManager&) const = default;
};

/// The live object after the manager applied a manifest. Fields that it applied before and no longer does
/// are removed unless somebody else owns them too. Without force, changing another's field is a conflict.
Result<kube::json> apply_manifest(const kube::json& live, const kube::json& manifest,
                                  const FieldManager& manager, bool force);

/// After, with the manager owning each field that differs from before. before is null for a new object.
kube::json own_changes(const kube::json& before, kube::json after, const FieldManager& manager);

}  // namespace support
