// In which fields an object is not as a manifest wants it, and who made them so. Pure.
#pragma once

#include "operator/kube/object.h"

#include <string>
#include <vector>

namespace kube {

struct Difference {
    std::string field;    // ".spec.template.spec.containers[server].image"
    std::string manager;  // whom managedFields names for it; empty when nobody is, as of a field that is gone

    bool operator==(const Difference&) const = default;
};

/// What the manifest says and the live object does not. What the manifest leaves open is no difference.
std::vector<Difference> differences(const json& live, const json& manifest);

}  // namespace kube
