#include "crm-server/record/field_rules.h"

#include "common/strict_json.h"
#include "crm-server/record/date_time.h"
#include "crm-server/record/email.h"
#include "crm-server/record/phone.h"
#include "crm-server/unicode/text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace record {
namespace {

using Checked = tl::expected<std::string, std::string>;

Checked wrong(std::string detail) {
    return tl::unexpected(std::move(detail));
}

// Character counts are of code points: every byte that does not continue one begins one.
std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_url(std::string_view text) {
    const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (text.size() <= scheme.size()) continue;
        if (!std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, lower)) continue;
        const char first = text[scheme.size()];
        return first != '/' && first != '?' && first != '#' &&
               std::ranges::none_of(unicode::characters(text), [](char32_t character) {
                   return unicode::is_white_space(character) || unicode::is_hidden(character);
               });
    }
    return false;
}

Checked uuid(std::string_view text) {
    std::string normal;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        const auto c = static_cast<unsigned char>(text[i]);
        if (hyphen ? c != '-' : std::isxdigit(c) == 0) break;
        normal += static_cast<char>(std::tolower(c));
    }
    if (text.size() != 36 || normal.size() != 36) return wrong("must be a UUID");
    return normal;
}

bool is_line_break_or_tab(char32_t character) {
    return character == '\n' || character == '\r' || character == '\t';
}

/// What must not be in a text: in one line everything that nobody sees, in several lines what controls a
/// terminal.
std::optional<char32_t> forbidden_character(const Field& field, std::string_view text) {
    for (const char32_t character : unicode::characters(text)) {
        const bool several_lines = field.type == FieldType::long_text;
        const bool control = character < ' ' || (character >= 0x7F && character < 0xA0);
        if (several_lines ? control && !is_line_break_or_tab(character) : unicode::is_hidden(character))
            return character;
    }
    return std::nullopt;
}

Checked text_value(const Field& field, std::string_view typed) {
    std::string text = unicode::tidy(typed);
    if (const auto character = forbidden_character(field, text))
        return wrong(
            fmt::format("must not contain the character U+{:04X}", static_cast<unsigned>(*character)));
    if (length(text) > max_length(field))
        return wrong(fmt::format("must be at most {} characters", max_length(field)));
    if (field.required && text.empty()) return wrong("must not be empty");
    return text;
}

Checked integer(const nlohmann::json& value) {
    if (!value.is_number_integer()) return wrong("must be an integer");
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost)
        return wrong(fmt::format("must be at most {}", kMost));
    return std::to_string(value.get<std::int64_t>());
}

Checked custom(const Field& field, const nlohmann::json& value) {
    if (!value.is_object()) return wrong("must be an object");
    if (common::size_as_jsonb(value) > max_length(field))
        return wrong(fmt::format("must be at most {} bytes of JSON", max_length(field)));
    return value.dump();
}

Checked expect(bool holds, std::string text, std::string_view detail) {
    if (!holds) return wrong(std::string(detail));
    return text;
}

Checked from_string(const Field& field, const std::string& typed) {
    Checked checked = text_value(field, typed);
    if (!checked) return checked;
    const std::string& text = *checked;
    switch (field.type) {
        case FieldType::email:
            return expect(is_email(text), text, "must be an e-mail address");
        case FieldType::phone:
            return expect(is_phone(text), text, "must be a phone number");
        case FieldType::url:
            return expect(is_url(text), text, "must be an http or https URL");
        case FieldType::uuid:
            return uuid(text);
        case FieldType::date:
            return expect(is_date(text), text, "must be a date like 2024-02-29");
        case FieldType::timestamp:
            if (auto time = parse_timestamp(text)) return postgres_timestamp(*time);
            return wrong("must be an RFC 3339 time like 2024-02-29T12:30:00Z");
        case FieldType::choice:
            return expect(std::ranges::find(field.choices, text) != field.choices.end(), text,
                          fmt::format("must be one of: {}", fmt::join(field.choices, ", ")));
        case FieldType::text:
        case FieldType::long_text:
        case FieldType::integer:
        case FieldType::boolean:
        case FieldType::custom:
            break;
    }
    return checked;
}

}  // namespace

Checked normalise(const Field& field, const nlohmann::json& value) {
    switch (field.type) {
        case FieldType::integer:
            return integer(value);
        case FieldType::boolean:
            if (!value.is_boolean()) return wrong("must be true or false");
            return std::string(value.get<bool>() ? "t" : "f");
        case FieldType::custom:
            return custom(field, value);
        case FieldType::text:
        case FieldType::long_text:
        case FieldType::email:
        case FieldType::phone:
        case FieldType::url:
        case FieldType::uuid:
        case FieldType::date:
        case FieldType::timestamp:
        case FieldType::choice:
            break;
    }
    if (!value.is_string()) return wrong("must be a string");
    return from_string(field, value.get_ref<const std::string&>());
}

}  // namespace record
