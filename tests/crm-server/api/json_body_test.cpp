#include "crm-server/api/json_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(std::string_view body) {
    const auto parsed = parse_object(body);
    return parsed ? "accepted: " + parsed->dump() : parsed.error().message;
}

std::string nested(int depth) {
    std::string body = "{\"a\":";
    for (int i = 1; i < depth; ++i) body += '[';
    for (int i = 1; i < depth; ++i) body += ']';
    return depth == 1 ? "{}" : body + "}";
}

TEST(ParseObject, AcceptsAnObject) {
    const auto parsed = parse_object(R"( {"a": [1, {"a": 2}], "b": {"a": null}} )");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ((*parsed)["a"][1]["a"], 2);
}

TEST(ParseObject, RefusesEverythingThatIsNoObject) {
    for (const char* body : {"[]", "null", "1", "\"a\"", "true"}) {
        EXPECT_EQ(refusal(body), "The body must be a JSON object.") << body;
    }
    EXPECT_THAT(refusal(""), HasSubstr("empty"));
}

TEST(ParseObject, SaysWhereTheJsonBreaks) {
    EXPECT_THAT(refusal("{\n  \"a\": 1,\n  \"b\" 2\n}"), HasSubstr("line 3, column 7"));
    EXPECT_THAT(refusal("{\"a\":1} x"), HasSubstr("line 1, column 9"));
    for (const char* body : {"{", "{'a':1}", "{\"a\":01}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":\"\xff\"}",
                             "{a:1}", "{\"a\":\"\n\"}", "{\"a\":\"\\ud800\"}", "{} {}", "{/**/}"}) {
        EXPECT_THAT(refusal(body), HasSubstr("not valid JSON")) << body;
    }
}

TEST(ParseObject, RefusesANameThatComesTwiceInOneObject) {
    EXPECT_EQ(refusal(R"({"a": 1, "b": 2, "a": 3})"), "The body holds \"a\" twice.");
    EXPECT_EQ(refusal(R"({"x": [{"a": {}, "a": {}}]})"), "The body holds \"a\" twice.");
    EXPECT_TRUE(parse_object(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"));
}

TEST(ParseObject, LimitsTheDepth) {
    EXPECT_TRUE(parse_object(nested(kDeepestBody))) << refusal(nested(kDeepestBody));
    EXPECT_THAT(refusal(nested(kDeepestBody + 1)), HasSubstr("deeper than 32"));
    EXPECT_THAT(refusal("{\"a\":" + std::string(500'000, '[')), HasSubstr("deeper than 32"));
}

TEST(ParseObject, RefusesNulInNamesAndTexts) {
    EXPECT_THAT(refusal(R"({"a": "x\u0000y"})"), HasSubstr("U+0000"));
    EXPECT_THAT(refusal(R"({"a\u0000b": 1})"), HasSubstr("U+0000"));
}

TEST(ParseObject, RefusesANumberThatDoesNotFit) {
    EXPECT_THAT(refusal(R"({"a": 1e400})"), HasSubstr("number"));
}

TEST(ParseObject, NeverQuotesAValue) {
    EXPECT_THAT(refusal(R"({"password": "s3cret)"), Not(HasSubstr("s3cret")));
    EXPECT_THAT(refusal(R"({"password": s3cret})"), Not(HasSubstr("s3cret")));
}

TEST(AcceptsContentType, ComparesTheMediaTypeWithoutCaseAndParameters) {
    for (const char* header : {"application/json", "Application/JSON", " application/json ",
                               "application/json; charset=utf-8", "application/json;charset=UTF-8",
                               "application/json; charset=\"utf-8\"", "application/json; profile=x"}) {
        EXPECT_TRUE(accepts_content_type(header, {kJson})) << header;
    }
    for (const char* header : {"", "text/plain", "application/jsonx", "application/json; charset=latin1",
                               "application/merge-patch+json", "application/x-www-form-urlencoded"}) {
        EXPECT_FALSE(accepts_content_type(header, {kJson})) << header;
    }
    EXPECT_TRUE(accepts_content_type("application/merge-patch+json", {kJson, kMergePatch}));
}

TEST(ReadObject, Answers415AndWhatItAccepts) {
    common::http::Request request;
    request.body = "{}";
    const auto body = read_object(request, {kMergePatch, kJson});
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().status, 415);
    EXPECT_EQ(body.error().headers.front().first, "Accept");
    EXPECT_EQ(body.error().headers.front().second, "application/merge-patch+json, application/json");
}

}  // namespace
}  // namespace api
