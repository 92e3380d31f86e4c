// An address to listen on, as given on a command line.
#pragma once

#include "common/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace common {

struct Endpoint {
    std::string address;  // numeric, IPv6 without its brackets
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
};

/// Parses "ADDRESS:PORT" with a numeric address: "127.0.0.1:8080", "[::1]:8081". "[::]:8080" is the wildcard:
/// http::Server listens on every address of both families then.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace common
