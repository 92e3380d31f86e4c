// The query of a URL (RFC 3986) in its form encoding: "limit=20&sort=-createdAt".
#pragma once

#include "common/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace api {

struct QueryParameter {
    std::string name;
    std::string value;

    bool operator==(const QueryParameter&) const = default;
};

/// Replaces %XX by its octet. A malformed escape or an encoded NUL is `invalid`.
Result<std::string> percent_decode(std::string_view text);

/// The parameters in the order sent, both sides decoded; "+" means a space. Empty pairs ("a=1&&b=2") are
/// skipped.
Result<std::vector<QueryParameter>> parse_query(std::string_view query);

}  // namespace api
