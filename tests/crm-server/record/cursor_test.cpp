#include "crm-server/record/cursor.h"

#include "crm-server/store/text.h"

#include <gtest/gtest.h>

namespace record {
namespace {

constexpr auto kId = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

TEST(Cursor, ComesBackAsItWasWritten) {
    for (const Cursor& cursor :
         {Cursor{"-createdAt", "2024-01-01 00:00:00.5+00", kId}, Cursor{"email", std::nullopt, kId},
          Cursor{"lastName", "", kId}, Cursor{"lastName", "Zoë \"Z\" \\ 東", kId}}) {
        const std::string text = encode(cursor);
        EXPECT_EQ(text.find_first_of("+/=&? "), std::string::npos) << "it goes into URLs as it is";
        EXPECT_EQ(decode_cursor(text), cursor);
    }
}

TEST(Cursor, RefusesWhatIsNoCursor) {
    EXPECT_EQ(decode_cursor(""), std::nullopt);
    EXPECT_EQ(decode_cursor("%"), std::nullopt);
    const std::string id = std::string(",\"") + kId + "\"";
    for (const std::string& json :
         {std::string("x"), std::string("{}"), std::string("[]"), "[\"id\"" + id + "]", "[1,\"a\"" + id + "]",
          "[\"id\",1" + id + "]", std::string(R"(["id","a","x"])"), std::string(R"(["id","a",1])"),
          R"(["lastName","a\u0000b")" + id + "]", "[\"id\",\"a\"" + id + ",1]", "[\"id\",\"\xff\"" + id + "]",
          std::string(5000, '[')})
        EXPECT_EQ(decode_cursor(store::base64url(json)), std::nullopt) << json;
}

}  // namespace
}  // namespace record
