// Writing JSON strings by appending: for log lines and list replies, where building a document first
// would cost more than everything else.
#pragma once

#include <string>
#include <string_view>

namespace common {

/// Appends text as a JSON string with its quotes (RFC 8259). The result is always valid: control characters
/// are escaped, bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace common
