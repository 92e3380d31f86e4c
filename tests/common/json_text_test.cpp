#include "common/json_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common {
namespace {

std::string json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonText, IsQuotedAndAppended) {
    std::string out = "[";
    append_json_string(out, "plain text");
    EXPECT_EQ(out, R"(["plain text")");
    EXPECT_EQ(json(""), R"("")");
}

TEST(JsonText, EscapesQuotesBackslashesAndControlCharacters) {
    EXPECT_EQ(json("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(json("\n\r\t\x01\x1F"), R"("\n\r\t\u0001\u001f")");
    EXPECT_EQ(json(std::string_view("a\0b", 3)), R"("a\u0000b")");
    EXPECT_EQ(json("\x7F/"), "\"\x7F/\"");
}

TEST(JsonText, KeepsUtf8AsItIs) {
    for (const char* text : {"Zoë", "名前", "😀", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(json(text), '"' + std::string(text) + '"');
    }
}

TEST(JsonText, ReplacesEveryByteThatIsNotUtf8) {
    const std::string mark = "\xEF\xBF\xBD";
    EXPECT_EQ(json("a\xFFz"), "\"a" + mark + "z\"");
    EXPECT_EQ(json("\x80"), '"' + mark + '"') << "a continuation without a lead";
    EXPECT_EQ(json("\xC0\xAF"), '"' + mark + mark + '"') << "overlong";
    EXPECT_EQ(json("\xE0\x9F\xBF"), '"' + mark + mark + mark + '"') << "overlong";
    EXPECT_EQ(json("\xED\xA0\x80"), '"' + mark + mark + mark + '"') << "a surrogate";
    EXPECT_EQ(json("\xF4\x90\x80\x80"), '"' + mark + mark + mark + mark + '"') << "above U+10FFFF";
    EXPECT_EQ(json("\xE4\xBD"), '"' + mark + mark + '"') << "cut off at the end";
    EXPECT_EQ(json("\xE4\xBDx"), '"' + mark + mark + "x\"") << "cut off in the middle";
}

TEST(JsonText, IsReadBackByAnyParserWhateverTheBytes) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
            ASSERT_TRUE(nlohmann::json::accept(json(bytes))) << first << ' ' << second;
        }
    }
}

}  // namespace
}  // namespace common
