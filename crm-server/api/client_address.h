// Who sent a request, when it came through proxies. Pure.
#pragma once

#include "common/http/message.h"
#include "common/result.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace api {

/// The proxies whose word about their clients is taken.
class TrustedProxies {
  public:
    /// None.
    TrustedProxies() = default;

    /// A list like "10.0.0.0/8, 192.0.2.1, 2001:db8::/32": addresses and networks, separated by commas; none
    /// when it is empty. invalid, with the part that is wrong.
    static Result<TrustedProxies> parse(std::string_view list);

    bool contains(const boost::asio::ip::address& address) const;

  private:
    struct Network {
        boost::asio::ip::address_v6 address;  // of IPv4 the mapped one
        unsigned prefix = 128;
    };

    std::vector<Network> networks_;
};

/// The numeric address of the client: the connection's, unless that is a trusted proxy's. Then it is what
/// the proxy says in Forwarded (RFC 7239) or X-Forwarded-For; and if that is a trusted proxy too, what that
/// one says, which stands to the left of it; and so on. A client that a proxy keeps to itself ("unknown",
/// "_hidden") has the address of that proxy.
///
/// The connection's address it is when a header is malformed as far as it is read, and when there are both
/// and they differ: a proxy that writes the one passes on the other as its client made it up.
std::string client_address(const common::http::Request& request, const TrustedProxies& proxies);

}  // namespace api
