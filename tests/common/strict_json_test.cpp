#include "common/strict_json.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace common {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr int kDeepest = 32;

std::string outcome(std::string_view text) {
    const auto parsed = parse_strict_json(text, kDeepest);
    return parsed ? parsed->dump() : "!" + parsed.error().message;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(StrictJson, IsTheValueOfTheText) {
    EXPECT_EQ(outcome(R"( {"b": [1, {"a": "x"}, [], {}], "a": {"a": null, "t": true}} )"),
              R"({"a":{"a":null,"t":true},"b":[1,{"a":"x"},[],{}]})");
    for (const char* text : {"[]", "null", "\"a\"", "true", "7"}) EXPECT_EQ(outcome(text), text);
}

TEST(StrictJson, SaysWhereTheTextBreaks) {
    EXPECT_EQ(outcome("{\n  \"a\": 1,\n  \"b\" 2\n}"), "!is not valid JSON at line 3, column 7");
    EXPECT_EQ(outcome("{\"a\":1} x"), "!is not valid JSON at line 1, column 9");
    for (const char* text :
         {"", "{", "{'a':1}", "{\"a\":01}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":\"\xff\"}", "{a:1}",
          "{\"a\":\"\n\"}", "{\"a\":\"\\ud800\"}", "{} {}", "{/**/}", "1e", "+1"}) {
        EXPECT_THAT(outcome(text), HasSubstr("!is not valid JSON")) << text;
    }
}

TEST(StrictJson, RefusesANameThatComesTwiceInOneObject) {
    EXPECT_EQ(outcome(R"({"a": 1, "b": 2, "a": 3})"), "!holds \"a\" twice");
    EXPECT_EQ(outcome(R"({"x": [{"a": {}, "a": {}}]})"), "!holds \"a\" twice");
    EXPECT_EQ(outcome(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"),
              R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})");
    const std::string name(1'000'000, 'n');
    EXPECT_LT(outcome("{\"" + name + "\":1,\"" + name + "\":1}").size(), 100U);
}

TEST(StrictJson, LimitsTheDepth) {
    EXPECT_EQ(outcome(nested(kDeepest)), nested(kDeepest));
    EXPECT_EQ(outcome(nested(kDeepest + 1)), "!is nested deeper than 32 levels");
    EXPECT_EQ(outcome("{\"a\":" + std::string(500'000, '[')), "!is nested deeper than 32 levels");
}

TEST(StrictJson, RefusesNulInNamesAndTexts) {
    EXPECT_EQ(outcome(R"({"a": "x\u0000y"})"), "!holds the character U+0000");
    EXPECT_EQ(outcome(R"({"a\u0000b": 1})"), "!holds the character U+0000");
}

TEST(StrictJson, NeverQuotesAValue) {
    EXPECT_THAT(outcome(R"({"password": "s3cret)"), Not(HasSubstr("s3cret")));
    EXPECT_THAT(outcome(R"({"password": s3cret})"), Not(HasSubstr("s3cret")));
    EXPECT_THAT(outcome(R"({"password": 12345678901234567890123})"), Not(HasSubstr("12345")));
}

TEST(StrictJson, KeepsANumberExactlyOrRefusesIt) {
    const struct {
        const char* text;
        const char* kept;  // nothing: refused
    } table[] = {
        {"10", "10"},
        {"10.0", "10"},
        {"1e3", "1000"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"0.1", "0.1"},
        {"-2.50", "-2.5"},
        {"1e308", "1e+308"},
        {"5e-324", "5e-324"},
        {"9007199254740993", "9007199254740993"},
        {"9007199254740993.0", "9007199254740993"},
        {"18446744073709551615", "18446744073709551615"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"100000000000000000000", "1e+20"},
        {"18446744073709551616", nullptr},
        {"-9223372036854775809", nullptr},
        {"12345678901234567890123", nullptr},
        {"0.12345678901234567891", nullptr},
        {"100000000000000000.5", nullptr},
        {"1e-400", nullptr},
        {"1e400", nullptr},
        {"-1e400", nullptr},
    };
    for (const auto& row : table) {
        EXPECT_EQ(outcome(row.text), row.kept != nullptr
                                         ? row.kept
                                         : "!holds a number that cannot be kept exactly; send it as a text")
            << row.text;
    }
}

TEST(SameJson, TellsNumbersApartThatTheLibraryTakesForEqual) {
    const auto same = [](const char* a, const char* b) {
        return is_same_json(*parse_strict_json(a, kDeepest), *parse_strict_json(b, kDeepest));
    };
    EXPECT_TRUE(same(R"({"a": [1.0, "x"], "b": null})", R"({"b": null, "a": [1, "x"]})"));
    EXPECT_FALSE(same("[18446744073709551615]", "[-1]"));
    EXPECT_FALSE(same("9007199254740993", "9007199254740992.0"));
    EXPECT_FALSE(same("1", "\"1\""));
    EXPECT_FALSE(same("[1]", "[1, 1]"));
}

TEST(SizeAsJsonb, IsTheOneOfWhatPostgresPrints) {
    for (const char* text : {R"({})", R"([])", R"({"a": 1, "b": [true, null, "x\"y"]})", R"([1.5, -0.25])",
                             R"({"a": {"b": {}}, "c": "ü"})"}) {
        EXPECT_EQ(size_as_jsonb(*parse_strict_json(text, kDeepest)), std::string_view(text).size()) << text;
    }
    EXPECT_EQ(size_as_jsonb(*parse_strict_json("[1e308, 1e308]", kDeepest)), 2 * 309U + 4);
}

}  // namespace
}  // namespace common
