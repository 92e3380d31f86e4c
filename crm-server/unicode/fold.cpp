#include "crm-server/unicode/fold.h"

#include "common/utf8.h"

#include <algorithm>
#include <cstdlib>
#include <utf8proc.h>
#include <vector>

namespace unicode {
namespace {

using Characters = std::vector<utf8proc_int32_t>;

constexpr utf8proc_int32_t kDotAbove = 0x0307;
constexpr utf8proc_propval_t kAbove = 230;  // the combining class of what stands above a letter

constexpr int kCanonical = UTF8PROC_DECOMPOSE | UTF8PROC_STABLE;
constexpr int kFolded = kCanonical | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string make_valid(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = common::utf8_length(text);
        valid += length == 0 ? common::kReplacement : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
}

/// In canonical order.
Characters decompose(std::string_view valid, int options) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(valid.data());
    const auto size = static_cast<utf8proc_ssize_t>(valid.size());
    const auto option = static_cast<utf8proc_option_t>(options);
    const utf8proc_ssize_t count = utf8proc_decompose(bytes, size, nullptr, 0, option);
    if (count < 0) std::abort();  // only for what is not UTF-8
    Characters characters(static_cast<std::size_t>(count));
    if (utf8proc_decompose(bytes, size, characters.data(), count, option) != count) std::abort();
    return characters;
}

std::string encode(Characters characters, int options) {
    const auto count = static_cast<utf8proc_ssize_t>(characters.size());
    // The bytes take the place of the characters, and a NUL after them.
    characters.push_back(0);
    const utf8proc_ssize_t size =
        utf8proc_reencode(characters.data(), count, static_cast<utf8proc_option_t>(options));
    if (size < 0) std::abort();
    return {reinterpret_cast<const char*>(characters.data()), static_cast<std::size_t>(size)};
}

/// Takes the dots away that stand above an i with nothing in between.
void drop_dots(Characters& characters) {
    bool above_i = false;
    std::erase_if(characters, [&](utf8proc_int32_t character) {
        if (above_i && character == kDotAbove) return true;
        const auto combining = utf8proc_get_property(character)->combining_class;
        above_i = character == 'i' || (above_i && combining != 0 && combining != kAbove);
        return false;
    });
}

}  // namespace

std::string fold(std::string_view text) {
    if (is_ascii(text)) {
        std::string folded(text);
        std::ranges::transform(folded, folded.begin(), lower);
        return folded;
    }
    // First decomposed alone: the fold of a mark may be a letter (U+0345), which would then end the row of
    // marks that are to be put in order.
    const std::string canonical = encode(decompose(make_valid(text), kCanonical), 0);
    Characters folded = decompose(canonical, kFolded);
    drop_dots(folded);
    return encode(std::move(folded), UTF8PROC_COMPOSE | UTF8PROC_STABLE);
}

}  // namespace unicode
