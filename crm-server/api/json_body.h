// Strict JSON request bodies: what is ambiguous is refused rather than guessed.
#pragma once

#include "common/http/message.h"
#include "common/result.h"
#include "crm-server/api/problem.h"

#include <initializer_list>
#include <string_view>

#include <nlohmann/json.hpp>

namespace api {

inline constexpr int kDeepestBody = 32;
inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";

/// Whether a Content-Type names one of the media types, in UTF-8 when it names a charset.
bool accepts_content_type(std::string_view header, std::initializer_list<std::string_view> media_types);

/// Parses an object as common/strict_json.h does. Refused as `invalid`: anything but one object, nesting deeper
/// than kDeepestBody, and whatever is refused there.
Result<nlohmann::json> parse_object(std::string_view body);

/// The object in the request's body; 415 when its Content-Type is none of the media types, 400 when it is
/// malformed.
tl::expected<nlohmann::json, Problem> read_object(const common::http::Request& request,
                                                  std::initializer_list<std::string_view> media_types);

}  // namespace api
