#include "common/text.h"

#include "common/utf8.h"

#include <algorithm>
#include <array>

namespace common {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_blank(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

/// The length of the uuid that text begins with, 0 when it begins with none.
std::size_t uuid_length(std::string_view text) {
    constexpr std::array<std::size_t, 5> kGroups{8, 4, 4, 4, 12};
    std::size_t at = 0;
    for (const std::size_t group : kGroups) {
        if (at > 0 && (at >= text.size() || text[at++] != '-')) return 0;
        const std::string_view digits = text.substr(std::min(at, text.size()), group);
        if (digits.size() < group || !std::all_of(digits.begin(), digits.end(), is_hex)) return 0;
        at += group;
    }
    return at < text.size() && is_word(text[at]) ? 0 : at;
}

/// The length of the noise that text, at the beginning of a word, begins with; 0 when it is a word to read.
std::size_t noise_length(std::string_view text) {
    if (const std::size_t uuid = uuid_length(text); uuid > 0) return uuid;
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_word);
    return std::any_of(text.begin(), end, is_digit) ? static_cast<std::size_t>(end - text.begin()) : 0;
}

/// The text with '#' for each stretch of noise: "at 12:30:01.5Z" and "at 9:05:59Z" become "at #".
std::string without_noise(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        if (!is_word(text.front())) {
            result += text.front();
            text.remove_prefix(1);
            continue;
        }
        std::size_t length = noise_length(text);
        if (length == 0) {
            length =
                static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word) - text.begin());
            result += text.substr(0, length);
        } else if (result.size() >= 2 && result[result.size() - 2] == '#' && !is_blank(result.back())) {
            result.pop_back();  // joined to the noise before by ':', '.', '-' or the like
        } else {
            result += '#';
        }
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
    std::string result;
    std::size_t cut = 0;  // where the ellipsis goes if what follows does not fit
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const bool blank = is_blank(text.front());
        const std::string_view character = blank ? " " : length > 0 ? text.substr(0, length) : kReplacement;
        text.remove_prefix(std::max<std::size_t>(length, 1));
        if (blank && (result.empty() || result.back() == ' ')) continue;
        result += character;
        if (result.size() + kEllipsis.size() <= limit) cut = result.size();
        if (result.size() > limit) {
            result.resize(cut);
            return limit < kEllipsis.size() ? result : result.append(kEllipsis);
        }
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

bool same_but_for_noise(std::string_view one, std::string_view other) {
    return one == other || without_noise(one) == without_noise(other);
}

}  // namespace common
