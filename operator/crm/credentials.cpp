#include "operator/crm/credentials.h"

#include "operator/kube/field_ownership.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <sys/random.h>

#include <fmt/format.h>

namespace crm {

using kube::json;

void system_random_bytes(std::span<unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno != EINTR) {
            std::abort();
        }
        bytes = bytes.subspan(got < 0 ? 0 : static_cast<std::size_t>(got));
    }
}

std::string random_password(const RandomBytes& random) {
    // 64 characters: six bits of each byte choose one, without bias.
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 32> bytes{};
    random(bytes);
    std::string password;
    for (const unsigned char byte : bytes) {
        password.push_back(kAlphabet[byte % kAlphabet.size()]);
    }
    return password;
}

std::string password_digest(std::string_view password) {
    return password.empty() ? std::string{} : fmt::format("{:016x}", kube::digest(std::string(password)));
}

std::string credentials_digest(const json& data, const std::string& password_digest) {
    return fmt::format("{:016x}", kube::digest(json::array({data, password_digest})));
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            result.push_back(i <= group.size() ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=');
        }
    }
    return result;
}

}  // namespace crm
