// Label selectors as the API server evaluates them: "a=b,c!=d,e,!f". Pure.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"

#include <string_view>

namespace support {

/// Whether the object's labels satisfy the selector; invalid when it uses a form not supported here
/// (`in`, `notin`), so that no test passes by accident.
Result<bool> matches(std::string_view selector, const kube::json& object);

}  // namespace support
