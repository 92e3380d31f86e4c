#include "crm-server/record/field_rules.h"

#include "crm-server/record/date_time.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
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

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_space_or_control(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

// Letters of other scripts are let through: internationalised addresses (RFC 6531) are legal.
bool is_domain(std::string_view domain) {
    if (domain.empty() || domain.size() > 253) return false;
    std::size_t start = 0;
    while (start <= domain.size()) {
        const std::size_t end = std::min(domain.find('.', start), domain.size());
        const std::string_view label = domain.substr(start, end - start);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        const bool plain = std::ranges::all_of(label, [](char c) {
            return static_cast<unsigned char>(c) >= 0x80 ||
                   std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
        });
        if (!plain) return false;
        start = end + 1;
    }
    return true;
}

// The addr-spec of RFC 5322 without quoted local parts and address literals, which no mailbox of a person
// uses.
bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return false;
    const std::string_view local = text.substr(0, at);
    if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.') return false;
    if (local.find("..") != std::string_view::npos) return false;
    constexpr std::string_view kForbidden = "()<>[]:;@\\,\"";
    const bool plain = std::ranges::none_of(local, [&](char c) {
        return is_space_or_control(c) || kForbidden.find(c) != std::string_view::npos;
    });
    return plain && is_domain(text.substr(at + 1));
}

bool is_phone(std::string_view text) {
    constexpr std::string_view kAllowed = "+-()./ ,;#*xX";
    return std::ranges::any_of(text, is_digit) && std::ranges::all_of(text, [&](char c) {
               return is_digit(c) || kAllowed.find(c) != std::string_view::npos;
           });
}

bool is_url(std::string_view text) {
    const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (text.size() <= scheme.size()) continue;
        if (!std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, lower)) continue;
        const char first = text[scheme.size()];
        return first != '/' && first != '?' && first != '#' &&
               std::ranges::none_of(text, is_space_or_control);
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

Checked text_value(const Field& field, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return wrong("must not contain the NUL character");
    if (length(text) > max_length(field))
        return wrong(fmt::format("must be at most {} characters", max_length(field)));
    if (field.required && text.empty()) return wrong("must not be empty");
    return std::string(text);
}

Checked integer(const nlohmann::json& value) {
    if (!value.is_number_integer()) return wrong("must be an integer");
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost)
        return wrong(fmt::format("must be at most {}", kMost));
    return std::to_string(value.get<std::int64_t>());
}

// PostgreSQL's jsonb cannot hold the NUL character, in names as little as in values.
bool contains_nul(const nlohmann::json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().find('\0') != std::string::npos;
    if (value.is_array()) return std::ranges::any_of(value, contains_nul);
    if (!value.is_object()) return false;
    return std::ranges::any_of(value.items(), [](const auto& member) {
        return member.key().find('\0') != std::string::npos || contains_nul(member.value());
    });
}

Checked custom(const Field& field, const nlohmann::json& value) {
    if (!value.is_object()) return wrong("must be an object");
    if (contains_nul(value)) return wrong("must not contain the NUL character");
    std::string text = value.dump();
    if (text.size() > max_length(field))
        return wrong(fmt::format("must be at most {} bytes of JSON", max_length(field)));
    return text;
}

Checked expect(bool holds, std::string text, std::string_view detail) {
    if (!holds) return wrong(std::string(detail));
    return text;
}

Checked from_string(const Field& field, const std::string& text) {
    Checked checked = text_value(field, text);
    if (!checked) return checked;
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
