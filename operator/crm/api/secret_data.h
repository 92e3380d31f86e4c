// How a Secret holds credentials: the format of its data, and what is remembered of it.
//
// The operator remembers of a Secret a digest alone.
#pragma once

#include <string>
#include <string_view>

namespace crm {

/// The key of a Secret's data that holds its password.
inline constexpr const char* kPasswordKey = "password";

/// RFC 4648, with padding: how the field `data` of a Secret holds bytes.
std::string base64(std::string_view bytes);

/// What tells one password from another: of the value in a Secret's data, in base64. Empty when there is
/// none.
std::string password_digest(std::string_view password);

}  // namespace crm
