#include "common/sha256.h"

#include <array>

#include <openssl/sha.h>

namespace common {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return {digest.begin(), digest.end()};
}

std::string sha256_hex(std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const char byte : sha256(bytes)) {
        text += kHex[static_cast<unsigned char>(byte) >> 4U];
        text += kHex[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

}  // namespace common
