#include "crm-server/api/json_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view body) {
    const auto parsed = parse_object(body);
    return parsed ? "accepted: " + parsed->dump() : parsed.error().message;
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

TEST(ParseObject, SaysOfTheBodyWhatStrictJsonRefuses) {
    EXPECT_EQ(refusal(R"({"a": 1, "a": 3})"), "The body holds \"a\" twice.");
    EXPECT_THAT(refusal("{\"a\":" + std::string(500'000, '[')), HasSubstr("deeper than 32"));
    EXPECT_EQ(refusal("{\n  \"b\" 2\n}"), "The body is not valid JSON at line 2, column 7.");
}

}  // namespace
}  // namespace api
