#include "common/http/management.h"

#include "common/http/problem.h"

#include <string>
#include <utility>

namespace common::http {
namespace {

constexpr const char* kAllow = "GET, HEAD, OPTIONS";

Response text(std::string body, std::string type = "text/plain; charset=utf-8") {
    return {.status = 200, .content_type = std::move(type), .headers = {}, .body = std::move(body)};
}

Response reply(const Request& request, const std::function<Result<void>()>& ready, Metrics& metrics) {
    if (!is_standard_method(request.method)) return problem({.status = 501, .request_id = request.id});
    const bool known = request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
    const bool options = request.method == "OPTIONS";
    if (!known && !(options && request.path == "*"))
        return problem({.status = 404, .request_id = request.id});
    if (options) return {.status = 204, .headers = {{"Allow", kAllow}}};
    if (request.method != "GET" && request.method != "HEAD") {
        Response response = problem({.status = 405, .request_id = request.id});
        response.headers.emplace_back("Allow", kAllow);
        return response;
    }
    if (request.path == "/healthz") return text("ok\n");
    if (request.path == "/metrics") return text(metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
    const Result<void> state = ready();
    if (state) return text("ready\n");
    return problem({.status = 503, .detail = state.error().message, .request_id = request.id});
}

Task<Response> done(Response response) {
    co_return response;
}

}  // namespace

ServerOptions management_options(const Endpoint& endpoint) {
    return {.address = endpoint.address, .port = endpoint.port, .body_limit = 0};
}

Handler management(std::function<Result<void>()> ready, Metrics& metrics) {
    return [ready = std::move(ready), &metrics](const Request& request) {
        return done(reply(request, ready, metrics));
    };
}

}  // namespace common::http
