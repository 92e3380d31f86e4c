#include "crm-server/api/authentication.h"

namespace api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

tl::expected<std::string_view, Problem> bearer_token(const common::http::Request& request) {
    const std::optional<std::string_view> header = request.header("Authorization");
    if (header && common::http::equals_ignoring_case(header->substr(0, kScheme.size()), kScheme)) {
        std::string_view token = header->substr(kScheme.size());
        token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
        if (!token.empty()) return token;
    }
    return refuse(Error{ErrorKind::unauthorized,
                        "Send a session token or an API key as \"Authorization: Bearer TOKEN\"."});
}

common::Task<tl::expected<identity::Principal, Problem>> authenticate(identity::Accounts& accounts,
                                                                      const common::http::Request& request,
                                                                      Access access) {
    if (access == Access::anyone) co_return identity::Principal{};
    const tl::expected<std::string_view, Problem> token = bearer_token(request);
    if (!token) co_return tl::unexpected(token.error());

    Result<identity::Principal> principal = co_await accounts.authenticate(std::string(*token));
    if (!principal) {
        Problem problem = problem_of(principal.error());
        for (auto& [name, value] : problem.headers) {
            if (name == "WWW-Authenticate") value = "Bearer error=\"invalid_token\"";
        }
        co_return tl::unexpected(std::move(problem));
    }
    co_return *std::move(principal);
}

}  // namespace api
