// Strict JSON request bodies: what is ambiguous is refused rather than guessed.
#pragma once

#include "common/http/message.h"
#include "common/result.h"
#include "crm-server/api/problem.h"

#include <string_view>

#include <nlohmann/json.hpp>

namespace api {

inline constexpr int kDeepestBody = 32;

/// Parses an object as common/strict_json.h does. Refused as `invalid`: anything but one object, nesting
/// deeper than kDeepestBody, and whatever is refused there.
Result<nlohmann::json> parse_object(std::string_view body);

/// The object in the body of a request whose Content-Type the route takes; 400 when it is malformed.
tl::expected<nlohmann::json, Problem> read_object(const common::http::Request& request);

}  // namespace api
