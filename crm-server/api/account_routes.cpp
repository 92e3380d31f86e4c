#include "crm-server/api/account_routes.h"

#include "crm-server/api/json_body.h"

#include <algorithm>
#include <utility>

namespace api {
namespace {

using common::Task;
using common::http::Request;
using common::http::Response;
using nlohmann::json;

using Texts = tl::expected<std::vector<std::string>, Problem>;

/// The members of the body, all of them required texts and no others allowed, in the order of `names`.
Texts read_texts(const Request& request, std::initializer_list<std::string_view> names) {
    auto body = read_object(request);
    if (!body) return tl::unexpected(std::move(body.error()));
    record::Violations violations;
    std::vector<std::string> texts;
    for (const std::string_view name : names) {
        const auto member = body->find(name);
        if (member != body->end() && member->is_string()) {
            texts.push_back(member->get<std::string>());
        } else {
            violations.push_back({"/" + std::string(name), "must be a text"});
        }
    }
    for (const auto& [name, value] : body->items()) {
        if (violations.is_full()) break;
        if (std::ranges::find(names, name) == names.end()) {
            violations.push_back({(json::json_pointer() / name).to_string(), "is not known here"});
        }
    }
    if (!violations.empty()) return refuse(std::move(violations));
    return texts;
}

Response reply(int status, const json& body) {
    // What comes back may be what a client once sent; a broken octet must not turn the reply into an error.
    return {.status = status, .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

json describe(const identity::ApiKey& key) {
    return {{"id", key.id}, {"name", key.name}, {"createdAt", key.created_at}};
}

/// Not for the database's sake, as other errors of status 503.
tl::unexpected<Problem> crowded(const identity::LoginError& error) {
    Problem problem = problem_of(Error(error));
    problem.detail = "Too many logins are being checked. Try again soon.";
    return tl::unexpected(std::move(problem));
}

Task<Reply> login(identity::LoginGate& gate, const TrustedProxies& proxies, Call& call) {
    Texts texts = read_texts(call.request, {"email", "password"});
    if (!texts) co_return tl::unexpected(std::move(texts.error()));
    const auto session = co_await gate.login(std::move(texts->front()), std::move(texts->back()),
                                             client_address(call.request, proxies));
    if (!session && session.error().crowded) co_return crowded(session.error());
    if (!session) co_return refuse(Error(session.error()));
    co_return reply(200, {{"token", session->token}, {"expiresAt", session->expires_at}});
}

Task<Reply> logout(identity::Accounts& accounts, Call& call) {
    Result<void> ended = co_await accounts.logout(call.principal);
    if (!ended) co_return refuse(ended.error());
    co_return Response{.status = 204};
}

Task<Reply> create_api_key(identity::Accounts& accounts, Call& call) {
    Texts texts = read_texts(call.request, {"name"});
    if (!texts) co_return tl::unexpected(std::move(texts.error()));
    Result<identity::NewApiKey> created = co_await accounts.create_api_key(call.principal, texts->front());
    if (!created) co_return refuse(created.error());
    json body = describe(created->key);
    body["key"] = created->secret;
    Response response = reply(201, body);
    response.headers.emplace_back("Location", call.request.path + "/" + created->key.id);
    co_return response;
}

Task<Reply> list_api_keys(identity::Accounts& accounts, Call& call) {
    Result<std::vector<identity::ApiKey>> keys = co_await accounts.api_keys(call.principal);
    if (!keys) co_return refuse(keys.error());
    json data = json::array();
    for (const identity::ApiKey& key : *keys) data.push_back(describe(key));
    co_return reply(200, {{"data", std::move(data)}, {"nextCursor", nullptr}});
}

Task<Reply> revoke_api_key(identity::Accounts& accounts, Call& call) {
    Result<void> revoked = co_await accounts.revoke_api_key(call.principal, call.parameters.front());
    if (!revoked) co_return refuse(revoked.error());
    co_return Response{.status = 204};
}

}  // namespace

std::vector<Route> account_routes(identity::Accounts& accounts, identity::LoginGate& gate,
                                  const TrustedProxies& proxies) {
    // Not coroutines themselves: their captures live as long as the routes.
    const auto bind = [&accounts](Task<Reply> (*handler)(identity::Accounts&, Call&)) {
        return [&accounts, handler](Call& call) { return handler(accounts, call); };
    };
    return {
        {"POST",
         "/api/v1/login",
         Access::anyone,
         [&gate, &proxies](Call& call) { return login(gate, proxies, call); },
         {kJson}},
        {"POST", "/api/v1/logout", Access::authenticated, bind(logout)},
        {"POST", "/api/v1/api-keys", Access::authenticated, bind(create_api_key), {kJson}},
        {"GET", "/api/v1/api-keys", Access::authenticated, bind(list_api_keys)},
        {"DELETE", "/api/v1/api-keys/{id}", Access::authenticated, bind(revoke_api_key)},
    };
}

}  // namespace api
