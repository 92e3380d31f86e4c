#include "crm-server/store/text.h"

#include <array>
#include <cstddef>
#include <cstdlib>

#include <openssl/rand.h>

namespace store {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_hyphen_position(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string make_uuid(std::chrono::system_clock::time_point now, std::span<const std::uint8_t, 10> random) {
    const auto milliseconds = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    for (std::size_t i = 0; i < 10; ++i) bytes[6 + i] = random[i];
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x70U);  // version 7
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);  // variant of RFC 9562
    std::string text;
    text.reserve(36);
    for (const std::uint8_t byte : bytes) {
        if (is_hyphen_position(text.size())) text += '-';
        text += kHex[byte >> 4U];
        text += kHex[byte & 15U];
    }
    return text;
}

std::string make_uuid() {
    std::array<std::uint8_t, 10> random{};
    // Without randomness ids would repeat: there is no going on.
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) std::abort();
    return make_uuid(std::chrono::system_clock::now(), random);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (is_hyphen_position(i) ? text[i] != '-' : kHex.find(text[i]) == std::string_view::npos)
            return false;
    return true;
}

void append_timestamp(std::string& out, std::string_view postgres_text) {
    const std::size_t space = postgres_text.find(' ');
    const std::size_t zone = postgres_text.rfind('+');
    if (space == std::string_view::npos || zone == std::string_view::npos) {
        out.append(postgres_text);
        return;
    }
    out.append(postgres_text.substr(0, space));
    out += 'T';
    out.append(postgres_text.substr(space + 1, zone - space - 1));
    out += 'Z';
}

std::string base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char byte : bytes) {
        buffer = (buffer << 8U) | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 6; bits -= 6) text += kBase64Url[(buffer >> (bits - 6)) & 63U];
    }
    if (bits > 0) text += kBase64Url[(buffer << (6 - bits)) & 63U];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t value = kBase64Url.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = (buffer << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>((buffer >> bits) & 0xFFU);
    }
    return bytes;
}

}  // namespace store
