// Times as text: RFC 3339 in UTC, the one format of logs, the HTTP API and Kubernetes objects.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace common {

/// "2024-05-06T07:08:09Z"
std::string rfc3339_seconds(std::chrono::system_clock::time_point time);

/// "2024-05-06T07:08:09.123Z"
std::string rfc3339_millis(std::chrono::system_clock::time_point time);

/// The reverse of rfc3339_seconds(), as Kubernetes writes the times of conditions; nothing for another text.
std::optional<std::chrono::sys_seconds> parse_rfc3339_seconds(const std::string& text);

}  // namespace common
