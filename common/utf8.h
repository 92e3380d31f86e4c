// What is UTF-8 and what is not (RFC 3629): the one place that knows.
#pragma once

#include <cstddef>
#include <string_view>

namespace common {

/// What stands in for bytes that are not UTF-8: U+FFFD.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The number of bytes of the character that text, which must not be empty, begins with; 0 when that is none.
std::size_t utf8_length(std::string_view text);

}  // namespace common
