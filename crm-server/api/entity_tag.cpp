#include "crm-server/api/entity_tag.h"

#include <algorithm>

namespace api {
namespace {

constexpr std::string_view kWhitespace = " \t";

void skip(std::string_view& text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

/// etagc: any visible octet but the quote, and what is beyond ASCII.
bool is_tag_character(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet > 0x20 && octet != '"' && octet != 0x7f;
}

/// Takes one entity-tag off the front of the text.
Result<EntityTag> take_tag(std::string_view& text) {
    EntityTag tag;
    if (text.starts_with("W/")) {
        tag.weak = true;
        text.remove_prefix(2);
    }
    const std::size_t close = text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
    if (close == std::string_view::npos) {
        return fail(ErrorKind::invalid, "An entity tag must stand in double quotes.");
    }
    tag.opaque = text.substr(1, close - 1);
    if (!std::ranges::all_of(tag.opaque, is_tag_character)) {
        return fail(ErrorKind::invalid, "An entity tag holds a character that is not allowed in it.");
    }
    text.remove_prefix(close + 1);
    return tag;
}

}  // namespace

bool EntityTagCondition::matches_strongly(std::string_view opaque) const {
    return any ||
           std::ranges::any_of(tags, [&](const EntityTag& tag) { return !tag.weak && tag.opaque == opaque; });
}

bool EntityTagCondition::matches_weakly(std::string_view opaque) const {
    return any || std::ranges::any_of(tags, [&](const EntityTag& tag) { return tag.opaque == opaque; });
}

Result<EntityTagCondition> parse_entity_tag_condition(std::string_view header) {
    EntityTagCondition condition;
    std::string_view rest = header;
    skip(rest, kWhitespace);
    if (rest.starts_with('*')) {
        rest.remove_prefix(1);
        skip(rest, kWhitespace);
        if (!rest.empty()) return fail(ErrorKind::invalid, "\"*\" must stand alone in a condition.");
        condition.any = true;
        return condition;
    }
    // RFC 9110, 5.6.1: a recipient accepts empty elements of a list.
    for (skip(rest, " \t,"); !rest.empty(); skip(rest, " \t,")) {
        Result<EntityTag> tag = take_tag(rest);
        if (!tag) return tl::unexpected(tag.error());
        condition.tags.push_back(*std::move(tag));
        skip(rest, kWhitespace);
        if (!rest.empty() && !rest.starts_with(',')) {
            return fail(ErrorKind::invalid, "Entity tags must be separated by commas.");
        }
    }
    if (condition.tags.empty()) return fail(ErrorKind::invalid, "The condition names no entity tag.");
    return condition;
}

std::string format_entity_tag(std::string_view opaque) {
    std::string text = "\"";
    text += opaque;
    text += '"';
    return text;
}

}  // namespace api
