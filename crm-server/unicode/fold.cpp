#include "crm-server/unicode/fold.h"

#include "crm-server/unicode/utf8proc.h"

#include <algorithm>
#include <vector>

namespace unicode {
namespace {

constexpr utf8proc_int32_t kDotAbove = 0x0307;
constexpr utf8proc_propval_t kAbove = 230;  // the combining class of what stands above a letter

constexpr int kFolded = kCanonical | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
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
    return encode(std::move(folded), kComposed);
}

}  // namespace unicode
