#include "crm-server/api/entity_tag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::ElementsAre;

TEST(EntityTagCondition, ParsesOneTag) {
    const auto condition = parse_entity_tag_condition(R"("7")");
    ASSERT_TRUE(condition);
    EXPECT_FALSE(condition->any);
    EXPECT_THAT(condition->tags, ElementsAre(EntityTag{"7", false}));
}

TEST(EntityTagCondition, ParsesAListWithWeakTagsCommasAndEmptyElements) {
    const auto condition = parse_entity_tag_condition(R"( "a,b" ,, W/"c","" , )");
    ASSERT_TRUE(condition);
    EXPECT_THAT(condition->tags,
                ElementsAre(EntityTag{"a,b", false}, EntityTag{"c", true}, EntityTag{"", false}));
}

TEST(EntityTagCondition, ParsesTheAsteriskOnlyAlone) {
    EXPECT_TRUE(parse_entity_tag_condition(" * ").value().any);
    EXPECT_FALSE(parse_entity_tag_condition(R"(*, "7")"));
    EXPECT_FALSE(parse_entity_tag_condition(R"("7", *)"));
}

TEST(EntityTagCondition, RefusesWhatIsNoEntityTag) {
    for (const char* header : {"", " ", ",", "7", "\"7", "7\"", "w/\"7\"", "W/7", "W/ \"7\"", "\"7\"\"8\"",
                               "\"7\" \"8\"", "\"7 8\"", "\"7\"x"}) {
        EXPECT_FALSE(parse_entity_tag_condition(header)) << header;
    }
}

TEST(EntityTagCondition, ComparesStronglyWithoutWeakTags) {
    const auto condition = parse_entity_tag_condition(R"("1", W/"2")").value();
    EXPECT_TRUE(condition.matches_strongly("1"));
    EXPECT_FALSE(condition.matches_strongly("2"));
    EXPECT_FALSE(condition.matches_strongly("3"));
}

TEST(EntityTagCondition, ComparesWeaklyWithAllTags) {
    const auto condition = parse_entity_tag_condition(R"("1", W/"2")").value();
    EXPECT_TRUE(condition.matches_weakly("1"));
    EXPECT_TRUE(condition.matches_weakly("2"));
    EXPECT_FALSE(condition.matches_weakly("3"));
}

TEST(EntityTagCondition, MatchesAnythingWithTheAsterisk) {
    const auto condition = parse_entity_tag_condition("*").value();
    EXPECT_TRUE(condition.matches_strongly("1"));
    EXPECT_TRUE(condition.matches_weakly("1"));
}

}  // namespace
}  // namespace api
