// How a Secret holds credentials: the format of its data, and what is remembered of it.
//
// The operator remembers of a Secret a digest alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crm {

/// The key of a Secret's data that holds its password.
inline constexpr const char* kPasswordKey = "password";

/// The form of a generated password: 192 bits as 32 letters, digits, '-' and '_', which need no escape in a
/// URI, in SQL or in a shell.
inline constexpr std::size_t kPasswordLength = 32;
inline constexpr std::string_view kPasswordAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648, with padding: how the field `data` of a Secret holds bytes.
std::string base64(std::string_view bytes);

/// What tells one password from another: of the value in a Secret's data, in base64. Empty when there is
/// none.
///
/// Pods show it, to more people than may read Secrets. What a person chose could be guessed from it, and so
/// it is mixed with the Secret's uid then, which only those know. What has the form of a generated password
/// cannot be guessed, and its digest is known before its Secret has a uid.
std::string password_digest(std::string_view password, std::string_view secret_uid);

}  // namespace crm
