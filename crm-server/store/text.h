// Small text forms: UUIDs, RFC 3339 times, base64url.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace store {

/// A UUIDv7 (RFC 9562): it sorts by the time it was made.
std::string make_uuid(std::chrono::system_clock::time_point now, std::span<const std::uint8_t, 10> random);

/// The same with the current time and the operating system's randomness.
std::string make_uuid();

/// Whether the text is a UUID in the form that PostgreSQL prints: lower case, with hyphens.
bool is_uuid(std::string_view text);

/// Appends PostgreSQL's text of a timestamptz in UTC ("2024-05-06 07:08:09.12+00") as RFC 3339.
void append_timestamp(std::string& out, std::string_view postgres_text);

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace store
