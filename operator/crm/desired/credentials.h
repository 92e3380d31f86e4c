// The passwords that the operator generates, once for each Secret.
//
// They go from here to the API server and nowhere else: no log, event or status holds them.
#pragma once

#include "operator/kube/object.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace crm {

/// Fills the bytes with randomness fit for secrets. Called from any thread.
using RandomBytes = std::function<void(std::span<unsigned char>)>;
/// The one of the operating system.
void system_random_bytes(std::span<unsigned char> bytes);

/// See kPasswordAlphabet.
std::string random_password(const RandomBytes& random);

/// What tells one set of credentials from another: the data of a Secret's manifest, and the password beside
/// it.
std::string credentials_digest(const kube::json& data, const std::string& password_digest);

}  // namespace crm
