#include "operator/crm/desired/credentials.h"

#include "operator/crm/api/secret_data.h"
#include "operator/kube/field_ownership.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

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
    static_assert(kPasswordAlphabet.size() == 64, "six bits of each byte choose one, without bias");
    std::array<unsigned char, kPasswordLength> bytes{};
    random(bytes);
    std::string password;
    for (const unsigned char byte : bytes) {
        password.push_back(kPasswordAlphabet[byte % kPasswordAlphabet.size()]);
    }
    return password;
}

std::string credentials_digest(const json& data, const std::string& password_digest) {
    return kube::digest_text(json::array({data, password_digest}));
}

}  // namespace crm
