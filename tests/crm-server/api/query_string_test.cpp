#include "crm-server/api/query_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PercentDecode, ReplacesEscapesAndLeavesTheRest) {
    EXPECT_EQ(percent_decode("plain"), "plain");
    EXPECT_EQ(percent_decode("a%2Fb%20c"), "a/b c");
    EXPECT_EQ(percent_decode("%c3%A9"), "é");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, RefusesWhatIsNoEscape) {
    for (const char* text : {"%", "%2", "a%", "%zz", "%2z", "%+1", "%-1", "% 1"}) {
        EXPECT_FALSE(percent_decode(text)) << text;
    }
}

TEST(PercentDecode, RefusesNulBecauseItEndsATextInPostgreSql) {
    EXPECT_FALSE(percent_decode("a%00b"));
}

TEST(ParseQuery, KeepsTheOrderAndDecodesBothSides) {
    const auto parameters = parse_query("limit=20&sort=-createdAt&n%61me=A%26B+C");
    ASSERT_TRUE(parameters);
    EXPECT_THAT(*parameters, ElementsAre(QueryParameter{"limit", "20"}, QueryParameter{"sort", "-createdAt"},
                                         QueryParameter{"name", "A&B C"}));
}

TEST(ParseQuery, KeepsEqualSignsOfTheValue) {
    EXPECT_THAT(parse_query("cursor=YQ==").value(), ElementsAre(QueryParameter{"cursor", "YQ=="}));
}

TEST(ParseQuery, TakesANameWithoutAValueAsEmpty) {
    EXPECT_THAT(parse_query("limit").value(), ElementsAre(QueryParameter{"limit", ""}));
}

TEST(ParseQuery, SkipsEmptyPairs) {
    EXPECT_THAT(parse_query("").value(), IsEmpty());
    EXPECT_THAT(parse_query("&&a=1&").value(), ElementsAre(QueryParameter{"a", "1"}));
}

TEST(ParseQuery, RefusesAMalformedEscapeOnEitherSide) {
    EXPECT_FALSE(parse_query("a=%"));
    EXPECT_FALSE(parse_query("%=a"));
}

}  // namespace
}  // namespace api
