// Where a page of a list ended. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace record {

/// Order and last record of a page. Clients see it only as opaque text.
struct Cursor {
    std::string sort;                  // "-createdAt"
    std::optional<std::string> value;  // of the sort field, in PostgreSQL's text; nullopt is NULL
    std::string id;

    bool operator==(const Cursor&) const = default;
};

std::string encode(const Cursor& cursor);

/// nullopt when the text is no cursor. The sort still has to be checked against the entity.
std::optional<Cursor> decode_cursor(std::string_view text);

}  // namespace record
