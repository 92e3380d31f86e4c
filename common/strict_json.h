// JSON texts as values, without guessing and without rounding (RFC 8259, RFC 8785 on what numbers mean).
//
// What a parser may read in more than one way is refused: a member that comes twice, text that is no UTF-8,
// the character U+0000, which ends a text in PostgreSQL. A number is kept exactly or refused: as an integer
// of 64 bits whenever it is one, however it is written (10, 10.0, 1e1), else as a double when that prints the
// same number.
#pragma once

#include "common/result.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace common {

/// Refused as `invalid`; the message says what the text does ("holds \"a\" twice") and where, and never
/// quotes a value, which may be a password. `deepest`: how many arrays and objects may be open at once.
Result<nlohmann::json> parse_strict_json(std::string_view text, int deepest);

/// Whether two values that were parsed strictly are the same. Unlike operator== of the library it tells -1
/// from 18446744073709551615, and 9007199254740993 from 9007199254740992.
bool is_same_json(const nlohmann::json& a, const nlohmann::json& b);

/// How many bytes the value has as PostgreSQL prints a jsonb: with a space after each ':' and ',', and
/// numbers without an exponent.
std::size_t size_as_jsonb(const nlohmann::json& value);

}  // namespace common
