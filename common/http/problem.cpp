#include "common/http/problem.h"

#include "common/text.h"

#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using Json = nlohmann::ordered_json;

/// Of a detail, in bytes: what quotes a client or a server elsewhere must not become as long as they like.
constexpr std::size_t kLongestDetail = 1024;

std::string bounded(const std::string& detail) {
    return detail.size() <= kLongestDetail ? detail : one_line(detail, kLongestDetail);
}

void set_unless_empty(Json& body, const char* key, const std::string& value) {
    if (!value.empty()) body[key] = value;
}

}  // namespace

Response problem(const Problem& what) {
    Json body = Json::object();
    body["type"] = what.type;
    body["title"] = what.title.empty() ? std::string(reason_phrase(what.status)) : what.title;
    body["status"] = what.status;
    set_unless_empty(body, "detail", bounded(what.detail));
    set_unless_empty(body, "instance", what.instance);
    set_unless_empty(body, "requestId", what.request_id);
    for (const FieldError& error : what.errors) {
        Json item = Json::object();
        item["pointer"] = error.pointer;
        item["detail"] = bounded(error.detail);
        body["errors"].push_back(std::move(item));
    }
    // Details may quote what a client sent: bytes that are not UTF-8 must not make the reply fail.
    return {.status = what.status,
            .content_type = "application/problem+json",
            .headers = {},
            .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace common::http
