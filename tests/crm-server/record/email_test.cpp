#include "crm-server/record/email.h"

#include <string>

#include <gtest/gtest.h>

namespace record {
namespace {

TEST(Email, IsAnAddressOfAPerson) {
    for (const char* text : {"zoe@example.com", "o'hara+crm@sub.example.com", "jörg@müller.example", "a@b",
                             "\u7528\u6237@\u4F8B\u5B50.example", "zoe@xn--mller-kva.example"}) {
        EXPECT_TRUE(is_email(text)) << text;
    }
    for (const char* text :
         {"", "zoe", "@example.com", "zoe@", "zoe@-example.com", "zoe@example..com", "zo e@example.com",
          ".zoe@example.com", "zoe.@example.com", "z..e@example.com", "a@b@example.com",
          "\"zoe\"@example.com", "zoe@[127.0.0.1]", "zoe@exa_mple.com", "zoe,@example.com"}) {
        EXPECT_FALSE(is_email(text)) << text;
    }
}

TEST(Email, HasNothingThatCannotBeSeen) {
    for (const char* hidden : {"\u00A0", "\u200B", "\uFEFF", "\u3000", "\u202E", "\u0085", "\u00AD", "\u2060",
                               "\u200D", "\u2028", "\t", "\u007F", "\uFE0F", "\u1680"}) {
        EXPECT_FALSE(is_email(std::string("zo") + hidden + "e@example.com")) << hidden;
        EXPECT_FALSE(is_email(std::string("zoe@example.com") + hidden)) << hidden;
        EXPECT_FALSE(is_email(hidden + std::string("zoe@example.com"))) << hidden;
    }
}

TEST(Email, HasItsLengthsInOctets) {
    const std::string local(64, 'a');
    EXPECT_TRUE(is_email(local + "@example.com"));
    EXPECT_FALSE(is_email(local + "a@example.com"));
    std::string umlauts;
    for (int i = 0; i < 33; ++i) umlauts += "ü";
    EXPECT_FALSE(is_email(umlauts + "@example.com")) << "66 octets";
    const std::string label(60, 'd');
    const std::string domain = label + "." + label + "." + label + ".";
    EXPECT_TRUE(is_email(local + "@" + domain + "abcdef"));
    EXPECT_FALSE(is_email(local + "@" + domain + "abcdefg")) << "255 octets";
}

}  // namespace
}  // namespace record
