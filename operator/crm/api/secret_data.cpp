#include "operator/crm/api/secret_data.h"

#include "operator/kube/field_ownership.h"

#include <cstddef>
#include <cstdint>

namespace crm {

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

std::string password_digest(std::string_view password) {
    return password.empty() ? std::string{} : kube::digest_text(std::string(password));
}

}  // namespace crm
