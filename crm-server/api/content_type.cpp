#include "crm-server/api/content_type.h"

#include "common/http/media_type.h"

#include <algorithm>

#include <fmt/format.h>

namespace api {
namespace {

using common::http::equals_ignoring_case;
using common::http::MediaType;

bool is_other_charset(const MediaType::Parameter& parameter) {
    return parameter.name == "charset" && !equals_ignoring_case(parameter.value, "utf-8") &&
           !equals_ignoring_case(parameter.value, "utf8");
}

/// The Content-Type of the request; nullopt when there is none, or two that others could read differently.
std::optional<std::string_view> content_type_of(const common::http::Request& request) {
    std::optional<std::string_view> found;
    for (const auto& [name, value] : request.headers) {
        if (!equals_ignoring_case(name, "Content-Type")) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

}  // namespace

bool accepts_content_type(std::string_view header, const std::vector<std::string_view>& media_types) {
    const std::optional<MediaType> sent = common::http::parse_media_type(header);
    return sent && std::ranges::find(media_types, sent->name) != media_types.end() &&
           std::ranges::none_of(sent->parameters, is_other_charset);
}

std::optional<Problem> check_content_type(const common::http::Request& request, const Route& route) {
    if (route.takes.empty()) return std::nullopt;
    const std::optional<std::string_view> sent = content_type_of(request);
    if (sent && accepts_content_type(*sent, route.takes)) return std::nullopt;
    const std::string taken = list_of(route.takes);
    Problem problem{.status = 415,
                    .detail = fmt::format("The Content-Type must be one of: {}, in UTF-8.", taken)};
    problem.headers.emplace_back("Accept", taken);
    if (route.method == "PATCH") problem.headers.emplace_back("Accept-Patch", taken);
    return problem;
}

}  // namespace api
