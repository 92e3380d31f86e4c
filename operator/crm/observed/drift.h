// What the operator puts back of an object when somebody changes it, as a digest: live and wanted ones are
// equal when nothing has to be. Pure.
#pragma once

#include "operator/kube/object.h"

#include <cstdint>

namespace crm {

/// Whether objects of a kind may outlive the instance.
bool holds_data(const kube::Kind& kind);

std::uint64_t live_digest(const kube::Kind& kind, const kube::json& object);
std::uint64_t wanted_digest(const kube::Kind& kind, const kube::json& manifest);

}  // namespace crm
