// Reading fields that may be absent or of another type than expected, as in what others wrote.
#pragma once

#include "operator/kube/object.h"

#include <string>
#include <string_view>

namespace crm {

/// Empty when there is none.
std::string text_at(const kube::json& object, const char* pointer);
kube::json object_at(const kube::json& object, const char* pointer);
kube::json list_at(const kube::json& object, const char* pointer);
/// The item of a list whose key has the value: a condition of a type, a container of a name.
kube::json named(const kube::json& list, const char* key, std::string_view value);

}  // namespace crm
