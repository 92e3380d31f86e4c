#include "operator/crm/api/secret_data.h"

#include "common/sha256.h"
#include "operator/kube/field_ownership.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace crm {
namespace {

bool has_generated_form(std::string_view in_base64) {
    constexpr std::size_t kGroups = (kPasswordLength + 2) / 3;
    std::array<unsigned char, kGroups * 3> bytes{};
    if (in_base64.size() != kGroups * 4 ||
        EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(in_base64.data()),
                        static_cast<int>(in_base64.size())) != static_cast<int>(bytes.size())) {
        return false;
    }
    const auto is_ours = [](unsigned char byte) {
        return kPasswordAlphabet.find(static_cast<char>(byte)) != std::string_view::npos;
    };
    // What pads the last group is decoded as zeros.
    return std::all_of(bytes.begin(), bytes.begin() + kPasswordLength, is_ours) &&
           std::all_of(bytes.begin() + kPasswordLength, bytes.end(),
                       [](unsigned char byte) { return byte == 0; });
}

}  // namespace

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

std::string password_digest(std::string_view password, std::string_view secret_uid) {
    if (password.empty()) {
        return {};
    }
    return has_generated_form(password)
               ? kube::digest_text(std::string(password))
               : common::sha256_hex(fmt::format("{}\n{}", secret_uid, password)).substr(0, 32);
}

}  // namespace crm
