#include "crm-server/api/json_body.h"

#include "common/http/message.h"
#include "common/strict_json.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace api {
namespace {

using common::http::equals_ignoring_case;
/// Of a name that a message quotes, in bytes: clients choose it.
constexpr std::size_t kLongestQuote = 200;
using nlohmann::json;

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

tl::unexpected<Error> malformed(const std::string& reason) {
    return fail(ErrorKind::invalid, "The body " + reason + ".");
}

}  // namespace

bool accepts_content_type(std::string_view header, std::initializer_list<std::string_view> media_types) {
    const std::size_t semicolon = header.find(';');
    const std::string_view media_type = trim(header.substr(0, semicolon));
    const bool known = std::ranges::any_of(
        media_types, [&](std::string_view accepted) { return equals_ignoring_case(media_type, accepted); });
    if (!known || semicolon == std::string_view::npos) return known;

    const std::string_view parameter = trim(header.substr(semicolon + 1));
    const std::size_t equals = parameter.find('=');
    if (!equals_ignoring_case(parameter.substr(0, equals), "charset")) return true;
    const std::string_view charset = parameter.substr(equals + 1);
    return equals_ignoring_case(charset, "utf-8") || equals_ignoring_case(charset, "\"utf-8\"");
}

Result<json> parse_object(std::string_view body) {
    if (body.empty()) return malformed("is empty; it must be a JSON object");
    Result<json> parsed = common::parse_strict_json(body, kDeepestBody);
    if (!parsed) return malformed(parsed.error().message);
    if (!parsed->is_object()) return malformed("must be a JSON object");
    return parsed;
}

tl::expected<json, Problem> read_object(const common::http::Request& request,
                                        std::initializer_list<std::string_view> media_types) {
    const std::optional<std::string_view> content_type = request.header("Content-Type");
    if (!content_type || !accepts_content_type(*content_type, media_types)) {
        const std::string accepted = fmt::format("{}", fmt::join(media_types, ", "));
        Problem problem{.status = 415, .detail = "The Content-Type must be one of: " + accepted + "."};
        problem.headers.emplace_back("Accept", accepted);  // RFC 9110, 15.5.16
        return tl::unexpected(std::move(problem));
    }
    Result<json> body = parse_object(request.body);
    if (!body) return refuse(body.error());
    return *std::move(body);
}

}  // namespace api
