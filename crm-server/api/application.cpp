#include "crm-server/api/application.h"

#include "common/log.h"
#include "crm-server/api/authentication.h"
#include "crm-server/api/content_type.h"
#include "crm-server/api/query_string.h"

namespace api {
namespace {

using common::http::Request;
using common::http::Response;

/// What Retry-After asks for while the server starts.
constexpr std::chrono::seconds kStartPause{5};

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

Response options(const Match& match) {
    Response response{.status = 204, .headers = {{"Allow", match.allow}}};
    if (!match.accept_patch.empty()) response.headers.emplace_back("Accept-Patch", match.accept_patch);
    return response;
}

/// For a request that no route answers.
Reply without_route(const Router& router, const Request& request, const Match& match) {
    if (!router.knows(request.method)) return refuse(501, "The server does not know this method.");
    if (match.allow.empty()) return refuse(404, "There is nothing at this path.");
    if (request.method == "OPTIONS") return options(match);
    Problem problem{.status = 405, .detail = "This path answers to " + match.allow + "."};
    problem.headers.emplace_back("Allow", match.allow);
    return tl::unexpected(std::move(problem));
}

}  // namespace

common::Task<Response> Application::answer(const Request& request) {
    Reply reply = co_await dispatch(request);
    if (!reply && !reply.error().cause.empty()) log_failure(reply.error(), request);
    Response response = reply ? *std::move(reply) : problem_response(reply.error(), request);
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    co_return response;
}

common::Task<Reply> Application::dispatch(const Request& request) {
    if (!open_) co_return refuse(Error{ErrorKind::unavailable, "The server is not ready yet.", kStartPause});
    const Match match = router_.match(request.method, request.path);
    if (match.route == nullptr) co_return without_route(router_, request, match);

    auto principal = co_await authenticate(accounts_, request, match.route->access);
    if (!principal) co_return tl::unexpected(std::move(principal.error()));

    if (auto refusal = check_content_type(request, *match.route)) {
        co_return tl::unexpected<Problem>(*std::move(refusal));
    }

    Call call{.request = request, .principal = *std::move(principal)};
    for (const std::string_view encoded : match.parameters) {
        Result<std::string> decoded = percent_decode(encoded);
        if (!decoded) co_return refuse(decoded.error());
        call.parameters.push_back(*std::move(decoded));
    }
    co_return co_await match.route->endpoint(call);
}

}  // namespace api
