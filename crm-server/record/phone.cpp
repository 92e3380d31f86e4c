#include "crm-server/record/phone.h"

#include "crm-server/unicode/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace record {
namespace {

/// In ASCII and lower case, with one kind of dash and of space; "" when there is a character that no number
/// has.
std::string simplified(std::string_view text) {
    std::string result;
    for (const char32_t character : unicode::characters(unicode::plain(text))) {
        if (character < 0x80)
            result += character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                           : static_cast<char>(character);
        else if (unicode::is_digit(character))
            result += '0';
        else if (unicode::is_dash(character))
            result += '-';
        else if (unicode::is_white_space(character))
            result += ' ';
        else
            return {};
    }
    return result;
}

bool is_ascii_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Digits with what may stand between them; at least one.
bool are_digits(std::string_view text, std::string_view between) {
    return std::ranges::any_of(text, is_ascii_digit) && std::ranges::all_of(text, [&](char c) {
               return is_ascii_digit(c) || between.find(c) != std::string_view::npos;
           });
}

/// Where the extension begins, and how long what names it is.
std::pair<std::size_t, std::size_t> find_extension(std::string_view text) {
    // The longer ones first: they begin with the others.
    constexpr std::array<std::string_view, 9> kNames{";ext=", "extension", "ext.", "ext", "x.",
                                                     "x",     "#",         ",",    ";"};
    for (const std::string_view name : kNames)
        if (const std::size_t at = text.find(name); at != std::string_view::npos) return {at, name.size()};
    return {text.size(), 0};
}

}  // namespace

bool is_phone(std::string_view text) {
    const std::string simple = simplified(text);
    std::string_view number = simple;
    if (number.starts_with("tel:")) number.remove_prefix(4);
    if (number.ends_with('#')) number.remove_suffix(1);  // ends a code: *31#
    const auto [at, length] = find_extension(number);
    // What a telephone dials after a pause may have pauses, stars and hashes of its own.
    if (length > 0 && !are_digits(number.substr(at + length), " -.,;*#:")) return false;
    number = number.substr(0, at);
    const std::size_t plus = number.rfind('+');
    if (plus != std::string_view::npos && std::ranges::any_of(number.substr(0, plus), is_ascii_digit))
        return false;
    return are_digits(number, "+-()./ *");
}

}  // namespace record
