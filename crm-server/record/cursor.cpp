#include "crm-server/record/cursor.h"

#include "crm-server/store/text.h"

#include <nlohmann/json.hpp>

namespace record {

using nlohmann::json;

std::string encode(const Cursor& cursor) {
    json parts = json::array({cursor.sort, nullptr, cursor.id});
    if (cursor.value) parts[1] = *cursor.value;
    return store::base64url(parts.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::optional<Cursor> decode_cursor(std::string_view text) {
    const auto bytes = store::from_base64url(text);
    if (!bytes) return std::nullopt;
    const json parts = json::parse(*bytes, nullptr, false);
    if (!parts.is_array() || parts.size() != 3 || !parts[0].is_string() || !parts[2].is_string())
        return std::nullopt;
    if (!parts[1].is_string() && !parts[1].is_null()) return std::nullopt;
    Cursor cursor{parts[0].get<std::string>(), std::nullopt, parts[2].get<std::string>()};
    if (parts[1].is_string()) cursor.value = parts[1].get<std::string>();
    // PostgreSQL's texts end at NUL: what follows would be lost without a word.
    if (cursor.value && cursor.value->find('\0') != std::string::npos) return std::nullopt;
    if (!store::is_uuid(cursor.id)) return std::nullopt;
    return cursor;
}

}  // namespace record
