// What an e-mail address is. Pure.
#pragma once

#include <string_view>

namespace record {

/// The addr-spec of RFC 5322 without quoted local parts and address literals, which no mailbox of a person
/// uses, and with letters of all scripts (RFC 6531). Lengths as RFC 5321 counts them: 64 octets before the @,
/// 254 together, the domain in A-labels. What cannot be seen is no part of it.
bool is_email(std::string_view text);

}  // namespace record
