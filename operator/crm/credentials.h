// The passwords that the operator generates, once for each Secret.
//
// They go from here to the API server and nowhere else: no log, event or status holds them, and the
// operator remembers of a Secret a digest alone.
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

/// The key of a Secret's data that holds its password.
inline constexpr const char* kPasswordKey = "password";

/// 192 bits as 32 letters, digits, '-' and '_', which need no escape in a URI, in SQL or in a shell.
std::string random_password(const RandomBytes& random);

/// What tells one set of credentials from another, of a Secret's field `data`. Keys that are not ours do not
/// count.
std::string credentials_digest(const kube::json& data);

/// RFC 4648, with padding: how the field `data` of a Secret holds bytes.
std::string base64(std::string_view bytes);

}  // namespace crm
