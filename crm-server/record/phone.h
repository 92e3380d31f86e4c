// What a phone number is. Pure.
#pragma once

#include <string_view>

namespace record {

/// A number as people type it: an optional "tel:" (RFC 3966), digits with a + before and spaces, dots,
/// slashes, brackets and dashes of any script between them, and an extension: "ext. 5", "x5", "#5", ";ext=5"
/// or ",5".
bool is_phone(std::string_view text);

}  // namespace record
