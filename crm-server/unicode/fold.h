// When two texts that people wrote are the same text: the one rule for look-ups, unique indexes, counters and
// search. The library for Unicode stays behind it.
#pragma once

#include <string>
#include <string_view>

namespace unicode {

/// What is left of a text without its case and its way of writing: two texts are the same when their folds
/// are. It is Unicode's NFKC_Casefold (UAX #31): "Ｓtraße" and "STRASSE" are the same, and so is what differs
/// in characters that one does not see, such as a soft hyphen.
///
/// With one rule more: a dot above an i is none. Unicode folds U+0130 (the Turkish capital I with a dot) to
/// an i with a dot above, PostgreSQL lowers it to an i in most locales, and a person sees an i. U+0131, the i
/// without a dot, stays another letter, since folding must not depend on a language.
///
/// fold(fold(x)) is fold(x). Bytes that are not UTF-8 count as U+FFFD. The fold of an unbounded text is
/// unbounded too: at most eleven times as many bytes, and for a moment several times that.
std::string fold(std::string_view text);

}  // namespace unicode
