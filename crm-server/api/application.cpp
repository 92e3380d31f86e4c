#include "crm-server/api/application.h"

#include "common/log.h"
#include "crm-server/api/authentication.h"
#include "crm-server/api/content_type.h"
#include "crm-server/api/query_string.h"

#include <optional>
#include <string>
#include <utility>

namespace api {
namespace {

using common::http::Request;
using common::http::Response;

/// What Retry-After asks for while the server starts.
constexpr std::chrono::seconds kStartPause{5};

constexpr const char* kNoToken = "Send a session token or an API key as \"Authorization: Bearer TOKEN\".";

/// An absent database is told once, by Readiness: a line for each request would bury it.
void log_failure(const Problem& problem, const Request& request) {
    const auto level = problem.status == 503 ? common::log::Level::debug : common::log::Level::warning;
    common::log::write(level, "Could not answer a request",
                       {{"requestId", request.id},
                        {"method", request.method},
                        {"path", request.path},
                        {"status", problem.status},
                        {"error", problem.cause}});
}

/// Why a request that no route answers is refused; nullopt for OPTIONS of what there is.
std::optional<Problem> refusal_without_route(const Router& router, const Request& request,
                                             const Match& match) {
    if (!router.knows(request.method)) {
        return Problem{.status = 501, .detail = "The server does not know this method."};
    }
    if (match.allow.empty()) return Problem{.status = 404, .detail = "There is nothing at this path."};
    if (request.method == "OPTIONS") return std::nullopt;
    Problem problem{.status = 405, .detail = "This path answers to " + match.allow + "."};
    problem.headers.emplace_back("Allow", match.allow);
    return problem;
}

Response options(const Match& match) {
    Response response{.status = 204, .headers = {{"Allow", match.allow}}};
    if (!match.accept_patch.empty()) response.headers.emplace_back("Accept-Patch", match.accept_patch);
    return response;
}

/// The one way of every reply to a request.
Response finish(Reply reply, const Request& request, const Match& match) {
    if (!reply) {
        Problem& problem = reply.error();
        if (!problem.cause.empty()) log_failure(problem, request);
        add_challenge(problem, request, match.route == nullptr ? Access::anyone : match.route->access);
    }
    Response response = reply ? *std::move(reply) : problem_response(reply.error(), request);
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return response;
}

}  // namespace

common::Task<Response> Application::answer(const Request& request) {
    const Match match = router_.match(request.method, request.path);
    Reply reply = co_await dispatch(request, match);
    co_return finish(std::move(reply), request, match);
}

common::Task<common::http::Admission> Application::admit_body(const Request& request) {
    const Match match = router_.match(request.method, request.path);
    const auto principal = co_await admit(request, match);
    if (!principal) {
        co_return tl::unexpected<Response>(
            finish(tl::unexpected<Problem>(principal.error()), request, match));
    }
    const bool anonymous = match.route == nullptr || match.route->access == Access::anyone;
    const bool small = anonymous || match.route->takes.empty();
    co_return common::http::BodyTerms{.limit = small ? kSmallBody : kLargestBody, .anonymous = anonymous};
}

common::Task<tl::expected<identity::Principal, Problem>> Application::admit(const Request& request,
                                                                            const Match& match) {
    if (!open_) co_return refuse(Error{ErrorKind::unavailable, "The server is not ready yet.", kStartPause});
    identity::Principal principal;
    if (match.route == nullptr) {
        if (auto refusal = refusal_without_route(router_, request, match)) {
            co_return tl::unexpected<Problem>(*std::move(refusal));
        }
        co_return principal;
    }
    if (match.route->access == Access::authenticated) {
        const std::optional<std::string_view> token = bearer_token(request);
        if (!token) co_return refuse(Error{ErrorKind::unauthorized, kNoToken});
        Result<identity::Principal> known = co_await accounts_.authenticate(std::string(*token));
        if (!known) co_return refuse(known.error());
        principal = *std::move(known);
    }
    if (auto refusal = check_content_type(request, *match.route)) {
        co_return tl::unexpected<Problem>(*std::move(refusal));
    }
    co_return principal;
}

common::Task<Reply> Application::dispatch(const Request& request, const Match& match) {
    auto principal = co_await admit(request, match);
    if (!principal) co_return tl::unexpected(std::move(principal.error()));
    if (match.route == nullptr) co_return options(match);

    Call call{.request = request, .principal = *std::move(principal)};
    for (const std::string_view encoded : match.parameters) {
        Result<std::string> decoded = percent_decode(encoded);
        if (!decoded) co_return refuse(decoded.error());
        call.parameters.push_back(*std::move(decoded));
    }
    co_return co_await match.route->endpoint(call);
}

}  // namespace api
