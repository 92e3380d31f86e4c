// How an object that exists is made as it should be again, whatever was done to it.
#pragma once

#include "common/result.h"
#include "operator/kube/client.h"

#include <stop_token>

namespace crm {

/// The manifest with what cannot be changed in an object of its kind as it is in the live one: the rest of an
/// object that a policy changed when it was made still follows. Pure.
kube::json with_fixed_fields(const kube::Kind& kind, kube::json manifest, const kube::json& live);

/// Applies the manifest to a live object that was just read, after a patch of what an apply could not put
/// right. Returns the object as it is then; expired when it was changed meanwhile.
Result<kube::json> restore(kube::Client& client, const kube::Kind& kind, const kube::json& live,
                           const kube::json& manifest, const std::stop_token& stop);

}  // namespace crm
