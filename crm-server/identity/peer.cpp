#include "crm-server/identity/peer.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace identity {

namespace ip = boost::asio::ip;

std::string peer_of(std::string_view address) {
    boost::system::error_code error;
    const ip::address parsed = ip::make_address(std::string(address), error);
    if (error) return std::string(address);
    if (parsed.is_v4()) return parsed.to_string();
    ip::address_v6 v6 = parsed.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    v6.scope_id(0);
    return ip::make_network_v6(v6, 64).canonical().to_string();
}

}  // namespace identity
