// Some of what the API server refuses as invalid: what decides whether a change by hand is possible, and
// whether it can be put right by an apply. Pure.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"

#include <optional>

namespace support {

/// Fields that cannot be changed, names of ports and volumes that stand twice, more than one controller, more
/// than one source of a volume or handler of a probe. before is null for a new object.
std::optional<Error> invalid_write(const kube::Kind& kind, const kube::json& before, const kube::json& after);

}  // namespace support
