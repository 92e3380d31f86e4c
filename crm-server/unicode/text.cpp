#include "crm-server/unicode/text.h"

#include "common/utf8.h"
#include "crm-server/unicode/utf8proc.h"

#include <algorithm>

namespace unicode {
namespace {

utf8proc_category_t category_of(char32_t character) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

bool is_ascii_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](std::string_view character) {
        return is_white_space(characters(character).front());
    };
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(common::utf8_length(text), 1);
        if (!is_space(text.substr(0, length))) break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
        if (!is_space(text.substr(start))) break;
        text.remove_suffix(text.size() - start);
    }
    return text;
}

}  // namespace

std::string tidy(std::string_view text) {
    if (is_ascii(text)) {
        const auto* const first = std::ranges::find_if_not(text, is_ascii_space);
        text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
        while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
        return std::string(text);
    }
    return std::string(trimmed(encode(decompose(make_valid(text), kCanonical), kComposed)));
}

std::string plain(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    return encode(decompose(make_valid(text), kCanonical | UTF8PROC_COMPAT), kComposed);
}

std::u32string characters(std::string_view text) {
    std::u32string result;
    const std::string valid = make_valid(text);
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(valid.data());
    auto left = static_cast<utf8proc_ssize_t>(valid.size());
    while (left > 0) {
        utf8proc_int32_t character = 0;
        const utf8proc_ssize_t length = utf8proc_iterate(bytes, left, &character);
        result += static_cast<char32_t>(character);
        bytes += length;
        left -= length;
    }
    return result;
}

bool is_white_space(char32_t character) {
    const utf8proc_category_t category = category_of(character);
    return (character >= U'\t' && character <= U'\r') || character == U'\u0085' ||
           category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

bool is_hidden(char32_t character) {
    const utf8proc_category_t category = category_of(character);
    const bool annotates = character >= U'\uFFF9' && character <= U'\uFFFB';
    const bool ignorable = utf8proc_get_property(static_cast<utf8proc_int32_t>(character))->ignorable != 0;
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP || annotates || (ignorable && !is_joining(character));
}

bool is_joining(char32_t character) {
    return character == U'\u200C' || character == U'\u200D' ||
           (character >= U'\uFE00' && character <= U'\uFE0F') ||
           (character >= U'\U000E0100' && character <= U'\U000E01EF');
}

bool is_dash(char32_t character) {
    return category_of(character) == UTF8PROC_CATEGORY_PD || character == U'\u2212';
}

bool is_digit(char32_t character) {
    return category_of(character) == UTF8PROC_CATEGORY_ND;
}

}  // namespace unicode
