// What the files that talk to utf8proc share. Nothing outside them includes it.
#pragma once

#include <string>
#include <string_view>
#include <utf8proc.h>
#include <vector>

namespace unicode {

using Characters = std::vector<utf8proc_int32_t>;

inline constexpr int kCanonical = UTF8PROC_DECOMPOSE | UTF8PROC_STABLE;
inline constexpr int kComposed = UTF8PROC_COMPOSE | UTF8PROC_STABLE;

bool is_ascii(std::string_view text);

/// With U+FFFD for bytes that are not UTF-8.
std::string make_valid(std::string_view text);

/// In canonical order.
Characters decompose(std::string_view valid, int options);

std::string encode(Characters characters, int options);

}  // namespace unicode
