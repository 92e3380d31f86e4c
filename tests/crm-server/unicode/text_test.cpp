#include "crm-server/unicode/text.h"

#include <string>

#include <gtest/gtest.h>

namespace unicode {
namespace {

TEST(Tidy, ComposesAndTakesWhiteSpaceFromTheEnds) {
    EXPECT_EQ(tidy("Zo\u0065\u0308"), "Zo\u00EB");
    for (const char* text : {" Ada ", "\t\nAda\r\n", "\u00A0Ada\u3000", "\u2028Ada\u0085", "Ada"}) {
        EXPECT_EQ(tidy(text), "Ada") << text;
    }
    EXPECT_EQ(tidy("\u5C71\u7530\u3000\u592A\u90CE "), "\u5C71\u7530\u3000\u592A\u90CE");
    EXPECT_EQ(tidy("a \u00A0b"), "a \u00A0b");
    EXPECT_EQ(tidy(" \u00A0 "), "");
    EXPECT_EQ(tidy(""), "");
    EXPECT_EQ(tidy("a\xFF "), "a\uFFFD");
}

TEST(Tidy, LeavesWhatIsTidy) {
    for (const char* text : {"\u00E9\u0323", "\u1100\u1161", "e\u0301\u0323 x"}) {
        EXPECT_EQ(tidy(tidy(text)), tidy(text)) << text;
    }
}

TEST(Plain, GivesCompatibleCharactersInTheirPlainForm) {
    EXPECT_EQ(plain("\uFF0B\uFF14\uFF19\u00A0\u2011"), "+49 \u2010");
    EXPECT_EQ(plain("+49"), "+49");
}

TEST(Character, IsHiddenWhenNobodySeesIt) {
    for (const char32_t character :
         U"\u0001\u0009\u000A\u0085\u00AD\u034F\u061C\u180E\u200B\u200E\u202E\u2028\u2060\u2066"
         U"\u3164\uFEFF\uFFF9\U000E0041") {
        EXPECT_TRUE(is_hidden(character)) << std::hex << static_cast<unsigned>(character);
    }
    for (const char32_t character :
         std::u32string(U"a \u00A0\u00E9\u200C\u200D\uFE0F\u3000\u0600\U0001F600")) {
        EXPECT_FALSE(is_hidden(character)) << std::hex << static_cast<unsigned>(character);
    }
}

TEST(Character, IsWhiteSpaceADashOrADigitInEveryScript) {
    for (const char32_t character : std::u32string(U" \t\n\u0085\u00A0\u1680\u2003\u2028\u202F\u3000")) {
        EXPECT_TRUE(is_white_space(character)) << std::hex << static_cast<unsigned>(character);
    }
    EXPECT_FALSE(is_white_space(U'\u200B'));
    for (const char32_t character : std::u32string(U"-\u2010\u2011\u2013\u2014\u2212\uFE63\uFF0D")) {
        EXPECT_TRUE(is_dash(character)) << std::hex << static_cast<unsigned>(character);
    }
    for (const char32_t character : std::u32string(U"07\u0660\u0967\uFF19")) {
        EXPECT_TRUE(is_digit(character)) << std::hex << static_cast<unsigned>(character);
    }
    EXPECT_FALSE(is_digit(U'\u00B2'));
}

}  // namespace
}  // namespace unicode
