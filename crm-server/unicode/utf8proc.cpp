#include "crm-server/unicode/utf8proc.h"

#include "common/utf8.h"

#include <algorithm>
#include <cstdlib>

namespace unicode {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
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

}  // namespace unicode
