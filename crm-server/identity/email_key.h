// When two e-mail addresses are the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace identity {

/// Longer is no address: the 254 characters that an instance may give have no more bytes.
inline constexpr std::size_t kLongestEmail = 1024;

/// What two ways of writing one address have in common (unicode::fold): accounts, their unique index and the
/// throttle of logins all go by it. Empty for what nobody's address can be: too long, or with a NUL.
std::string email_key(std::string_view email);

}  // namespace identity
