// Dates and times as clients send them (RFC 3339) and as PostgreSQL has them. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace record {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Whether the text is a full-date that the calendar has, years 0001 to 9999.
bool is_date(std::string_view text);

/// Reads a date-time with any offset; digits below a microsecond are dropped. nullopt when it is none, also
/// for leap seconds, which PostgreSQL cannot keep.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// As PostgreSQL prints a timestamptz in UTC: "2024-05-06 07:08:09.12+00".
std::string postgres_timestamp(Timestamp time);

}  // namespace record
