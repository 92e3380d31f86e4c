#include "crm-server/unicode/fold.h"

#include <clocale>
#include <cwctype>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace unicode {
namespace {

std::string utf8(char32_t c) {
    std::string text;
    const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
    }
    if (c >= 0x800) put(0x80U | ((c >> 6U) & 0x3FU));
    if (c >= 0x80) put(0x80U | (c & 0x3FU));
    return text;
}

/// Every character that Unicode gives properties of its own: those of East Asia's scripts and of private use
/// have none, nor has what is in the planes above.
std::vector<char32_t> all_characters() {
    std::vector<char32_t> characters;
    for (char32_t c = 0; c < 0xE1000; ++c) {
        if (c == 0x3400) c = 0xA000;    // ideographs
        if (c == 0xAC10) c = 0xE000;    // Hangul but for a few, and surrogates
        if (c == 0xE010) c = 0xF900;    // private use
        if (c == 0x17000) c = 0x18D10;  // Tangut
        if (c == 0x20000) c = 0x2F800;  // ideographs
        if (c == 0x30000) c = 0xE0000;  // nothing
        characters.push_back(c);
    }
    return characters;
}

struct Case {
    const char* what;
    std::string text;
    std::string folded;
};

TEST(Fold, LeavesOutCaseAndTheWayOfWriting) {
    const std::vector<Case> cases = {
        {"nothing", "", ""},
        {"ASCII", "Admin@ACME.example", "admin@acme.example"},
        {"a capital I with a dot", "adm\u0130n@acme.example", "admin@acme.example"},
        {"the same, decomposed", "admI\u0307n", "admin"},
        {"a small i with a dot above it", "admi\u0307n", "admin"},
        {"several such dots", "i\u0307\u0307", "i"},
        {"a dot above and a dot below", "I\u0323\u0307", "\u1ECB"},
        {"the Lithuanian way of writing an accent", "i\u0307\u0301", "\u00ED"},
        {"a dot above an accent, which is seen", "i\u0301\u0307", "\u00ED\u0307"},
        {"a dot above another letter", "\u0117", "\u0117"},
        {"an i without a dot is another letter", "\u0131", "\u0131"},
        {"sharp s", "Stra\u00DFe \u1E9E", "strasse ss"},
        {"a ligature", "\uFB01n", "fin"},
        {"the wide forms of East Asia", "\uFF21\uFF44\uFF20", "ad@"},
        {"the Kelvin sign", "\u212A", "k"},
        {"both kinds of small sigma", "\u03A3\u03C3\u03C2", "\u03C3\u03C3\u03C3"},
        {"composed", "\u00C9", "\u00E9"},
        {"decomposed", "E\u0301", "\u00E9"},
        {"Hangul, decomposed", "\u1112\u1161\u11AB", "\uD55C"},
        {"a soft hyphen and a zero-width space", "ad\u00ADmin\u200B", "admin"},
        {"an iota below, before and after the accent", "\u03B1\u0345\u0301", "\u03AC\u03B9"},
        {"the same in the other order", "\u03B1\u0301\u0345", "\u03AC\u03B9"},
        {"NUL", std::string("A\0\u00C9", 4), std::string("a\0\u00E9", 4)},
        {"not UTF-8", "A\xFF\xC3", "a\uFFFD\uFFFD"},
        {"a surrogate and what is cut off", "\xED\xA0\x80\xF0\x9F", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
    };
    for (const Case& c : cases) EXPECT_EQ(fold(c.text), c.folded) << c.what;
}

TEST(Fold, IsTheSameTwice) {
    for (const char32_t c : all_characters()) {
        for (const char* around : {"", "i", "\u0345", "\u0301", "\u0307"}) {
            const std::string once = fold("i" + utf8(c) + around);
            ASSERT_EQ(fold(once), once) << std::hex << static_cast<unsigned>(c) << " " << around;
        }
    }
}

TEST(Fold, TakesForTheSameWhatDiffersInCaseOnly) {
    // What PostgreSQL's lower() goes by.
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    for (const char32_t c : all_characters()) {
        const auto lowered = static_cast<char32_t>(std::towlower(static_cast<std::wint_t>(c)));
        ASSERT_EQ(fold(utf8(c)), fold(utf8(lowered))) << std::hex << static_cast<unsigned>(c);
    }
}

TEST(Fold, GrowsATextToElevenTimesItsBytesAtMost) {
    for (const char32_t c : all_characters())
        ASSERT_LE(fold(utf8(c)).size(), 11 * utf8(c).size()) << std::hex << static_cast<unsigned>(c);
}

}  // namespace
}  // namespace unicode
