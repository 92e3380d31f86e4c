#include "crm-server/api/list_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::HasSubstr;

TEST(ParseListQuery, HasADefaultForEverything) {
    const auto list = parse_list_query("");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->limit, 50U);
    EXPECT_EQ(list->sort, "");
    EXPECT_EQ(list->cursor, "");
}

TEST(ParseListQuery, ReadsLimitSortAndCursor) {
    const auto list = parse_list_query("cursor=abc&limit=200&sort=-lastName");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->limit, 200U);
    EXPECT_EQ(list->sort, "-lastName");
    EXPECT_EQ(list->cursor, "abc");
}

TEST(ParseListQuery, RefusesALimitOutsideOfItsRange) {
    for (const char* query : {"limit=", "limit=0", "limit=201", "limit=-1", "limit=1x", "limit=+5",
                              "limit=1e2", "limit=99999999999999999999"}) {
        const auto list = parse_list_query(query);
        ASSERT_FALSE(list) << query;
        EXPECT_THAT(list.error().message, HasSubstr("limit")) << query;
    }
}

TEST(ParseListQuery, NamesTheParameterThatItDoesNotKnow) {
    const auto list = parse_list_query("limit=5&colour=red");
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().kind, ErrorKind::invalid);
    EXPECT_THAT(list.error().message, HasSubstr("colour"));
}

TEST(ParseListQuery, RefusesAParameterThatComesTwice) {
    const auto list = parse_list_query("limit=5&limit=6");
    ASSERT_FALSE(list);
    EXPECT_THAT(list.error().message, HasSubstr("twice"));
}

}  // namespace
}  // namespace api
