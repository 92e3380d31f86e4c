#include "common/endpoint.h"

#include <charconv>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace common {

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto invalid = [&](std::string_view why) {
        return fail(
            ErrorKind::invalid,
            fmt::format("'{}' is not ADDRESS:PORT, as in [::]:8080 or 127.0.0.1:8080: {}", text, why));
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return invalid("the port is missing");

    std::string_view address = text.substr(0, colon);
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (bracketed) address = address.substr(1, address.size() - 2);
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(std::string(address), error);
    if (error || parsed.is_v6() != bracketed) return invalid("the address is not numeric");

    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (status != std::errc() || end != digits.data() + digits.size()) {
        return invalid("the port is not a number from 0 to 65535");
    }
    return Endpoint{.address = std::string(address), .port = port};
}

}  // namespace common
