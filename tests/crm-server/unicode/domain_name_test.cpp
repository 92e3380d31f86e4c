#include "crm-server/unicode/domain_name.h"

#include <string>

#include <gtest/gtest.h>

namespace unicode {
namespace {

std::string repeated(std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

TEST(DomainName, IsInTheFormOfTheDns) {
    EXPECT_EQ(ascii_domain_name("Mail.Example.com"), "mail.example.com");
    EXPECT_EQ(ascii_domain_name("müller.example"), "xn--mller-kva.example");
    EXPECT_EQ(ascii_domain_name("MÜLLER.example"), "xn--mller-kva.example");
    EXPECT_EQ(ascii_domain_name("straße.example"), "xn--strae-oqa.example");
    EXPECT_EQ(ascii_domain_name("\u65E5\u672C\u3002example"), "xn--wgv71a.example");
    EXPECT_EQ(ascii_domain_name("xn--mller-kva.example"), "xn--mller-kva.example");
    EXPECT_EQ(ascii_domain_name("localhost"), "localhost");
}

TEST(DomainName, HasLabelsOfLettersDigitsAndHyphens) {
    for (const char* name :
         {"", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a_b.c", "a b.c", "a@b.c", "a,b.c", "a/b", "\u00A0a.b",
          "a\u200Bb.c\u200F", "xn--a.example", "\u2603\uFE0E\u0000a"}) {
        EXPECT_EQ(ascii_domain_name(name), std::nullopt) << name;
    }
    EXPECT_EQ(ascii_domain_name(std::string("a\0.b", 4)), std::nullopt);
}

TEST(DomainName, HasItsLengthsInOctetsOfTheDns) {
    EXPECT_TRUE(ascii_domain_name(std::string(63, 'a') + ".b"));
    EXPECT_FALSE(ascii_domain_name(std::string(64, 'a') + ".b"));
    // 81 octets of UTF-8 are far fewer in an A-label.
    EXPECT_TRUE(ascii_domain_name(repeated("\u3042", 27) + ".example"));
    EXPECT_FALSE(ascii_domain_name(repeated("\u3042\u4E00", 40) + ".example"));
    const std::string label = std::string(61, 'a') + ".";
    EXPECT_TRUE(ascii_domain_name(repeated(label, 4) + std::string(5, 'b')));
    EXPECT_FALSE(ascii_domain_name(repeated(label, 4) + std::string(6, 'b')));
}

}  // namespace
}  // namespace unicode
