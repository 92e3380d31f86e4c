// Every kind of change that a person or another controller can make to an object, generated from the manifest
// that a builder made: a field that is added to a builder is changed here without a word.
#pragma once

#include "operator/kube/object.h"

#include <functional>
#include <string>
#include <vector>

namespace crm {

struct Mutation {
    std::string name;  // "changes /spec/replicas"
    std::function<void(kube::json&)> change;
};

/// Of the live object that was made from the manifest: each scalar and each list key changed, each field,
/// label, annotation and item removed, the owners replaced, and whatever the kind's own ways are.
std::vector<Mutation> mutations_of(const kube::json& manifest);

}  // namespace crm
