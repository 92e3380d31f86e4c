#include "crm-server/api/json_body.h"

#include "common/strict_json.h"

#include <string>
#include <utility>

namespace api {
namespace {

using nlohmann::json;

tl::unexpected<Error> malformed(const std::string& reason) {
    return fail(ErrorKind::invalid, "The body " + reason + ".");
}

}  // namespace

Result<json> parse_object(std::string_view body) {
    if (body.empty()) return malformed("is empty; it must be a JSON object");
    Result<json> parsed = common::parse_strict_json(body, kDeepestBody);
    if (!parsed) return malformed(parsed.error().message);
    if (!parsed->is_object()) return malformed("must be a JSON object");
    return parsed;
}

tl::expected<json, Problem> read_object(const common::http::Request& request) {
    Result<json> body = parse_object(request.body);
    if (!body) return refuse(body.error());
    return *std::move(body);
}

}  // namespace api
