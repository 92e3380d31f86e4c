// From where somebody logs in, as far as one can be told from another.
#pragma once

#include <string>
#include <string_view>

namespace identity {

/// The peer that has a numeric address: an IPv4 address, also one that is mapped into IPv6, or the /64 of an
/// IPv6 address, all of which one client has. Any other text is a peer of its own.
std::string peer_of(std::string_view address);

}  // namespace identity
