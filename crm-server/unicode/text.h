// How a text that people typed is kept, and what in it cannot be seen. The library for Unicode stays behind
// it.
#pragma once

#include <string>
#include <string_view>

namespace unicode {

// The texts are UTF-8; a byte that is not counts as U+FFFD.

/// Composed (NFC), and without white space at its ends: what looks the same is stored the same.
std::string tidy(std::string_view text);

/// With compatible characters for those that differ in their looks alone (NFKC): full-width digits become
/// ASCII, and a space that does not break becomes one that does.
std::string plain(std::string_view text);

std::u32string characters(std::string_view text);

/// Unicode's White_Space.
bool is_white_space(char32_t character);

/// Whether it leaves no mark of its own where a line of text is shown: control characters, line breaks, what
/// turns the direction of a line, and what Unicode says to ignore by default. The two joiners and the
/// selectors of a variant are not hidden: names are spelled with them.
bool is_hidden(char32_t character);

/// A joiner or a selector of a variant, which changes how its neighbours look.
bool is_joining(char32_t character);

/// A hyphen or dash of any kind, also the minus sign.
bool is_dash(char32_t character);

/// A decimal digit of any script.
bool is_digit(char32_t character);

}  // namespace unicode
