// Where a database is, and who logs in there.
#pragma once

#include <cstdint>
#include <string>

namespace store {

struct ConnectionSettings {
    std::string host;  // a name or a numeric address, IPv6 without brackets
    std::uint16_t port = 5432;
    std::string database;
    std::string username;
    std::string password;  // never logged
};

}  // namespace store
