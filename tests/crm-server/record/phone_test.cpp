#include "crm-server/record/phone.h"

#include <gtest/gtest.h>

namespace record {
namespace {

TEST(Phone, IsANumberAsPeopleTypeIt) {
    for (const char* text :
         {"+49 (30) 123-456 x7", "+1 212 555 0100 ext. 5", "tel:+1-201-555-0123;ext=5", "TEL:+12015550123",
          "+49 8152 988\u20130", "+49\u00A030\u2011123456", "030/1234", "112", "0800 1234 Ext 12",
          "555-0100 extension 7", "555-0100 #7", "5550100,,7", "5550100;7", "*31#", "(+49) 30 1234",
          "\uFF0B\uFF14\uFF19 30", "\u0660\u0661 5", "1.555.0100", "\u221255 5"}) {
        EXPECT_TRUE(is_phone(text)) << text;
    }
    for (const char* text :
         {"", "call me", "+-()", "ext. 5", "030 1234 ext", "030 1234 x five", "12+34", "tel:", "1234 a",
          "030\u200B1234", "030\n1234 y", "<1234>", "1234@example.com", "x"}) {
        EXPECT_FALSE(is_phone(text)) << text;
    }
}

}  // namespace
}  // namespace record
