#include "crm-server/identity/email_key.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

TEST(EmailKey, IsTheFoldOfWhatCanBeAnAddress) {
    EXPECT_EQ(email_key("Adm\u0130n@ACME.example"), "admin@acme.example");
    EXPECT_EQ(email_key(std::string(kLongestEmail, 'A')), std::string(kLongestEmail, 'a'));
    EXPECT_EQ(email_key(std::string(kLongestEmail + 1, 'A')), "");
    EXPECT_EQ(email_key(std::string("admin@acme.example\0x", 20)), "");
}

}  // namespace
}  // namespace identity
