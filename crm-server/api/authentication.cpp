#include "crm-server/api/authentication.h"

#include <algorithm>
#include <string>

namespace api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

std::optional<std::string_view> bearer_token(const common::http::Request& request) {
    const std::optional<std::string_view> header = request.header("Authorization");
    if (!header || !common::http::equals_ignoring_case(header->substr(0, kScheme.size()), kScheme)) {
        return std::nullopt;
    }
    std::string_view token = header->substr(kScheme.size());
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    if (token.empty()) return std::nullopt;
    return token;
}

void add_challenge(Problem& problem, const common::http::Request& request, Access access) {
    if (problem.status != 401) return;
    std::string challenge = R"(Bearer realm="crm")";
    // RFC 6750, section 3.1: no error for whoever has not tried.
    if (access == Access::authenticated && bearer_token(request)) {
        challenge +=
            R"(, error="invalid_token", error_description="The token is unknown, expired or revoked.")";
    }
    problem.headers.emplace_back("WWW-Authenticate", std::move(challenge));
}

}  // namespace api
