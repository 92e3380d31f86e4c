// SHA-256 (FIPS 180-4), for what is compared but must not be kept: tokens, passwords, the texts of
// migrations.
#pragma once

#include <string>
#include <string_view>

namespace common {

/// 32 bytes.
std::string sha256(std::string_view bytes);

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace common
