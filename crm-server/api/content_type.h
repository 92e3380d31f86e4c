// What the body of a request may be: the media types that a route takes.
#pragma once

#include "common/http/message.h"
#include "crm-server/api/problem.h"
#include "crm-server/api/router.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Whether a Content-Type names one of the media types, and no charset but UTF-8.
bool accepts_content_type(std::string_view header, const std::vector<std::string_view>& media_types);

/// 415 when the route takes a body and the request's Content-Type names none of its media types, with what it
/// takes in Accept (RFC 9110, section 15.5.16) and, for PATCH, in Accept-Patch (RFC 5789, section 2.2).
std::optional<Problem> check_content_type(const common::http::Request& request, const Route& route);

}  // namespace api
