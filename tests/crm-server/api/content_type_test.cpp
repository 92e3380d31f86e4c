#include "crm-server/api/content_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(AcceptsContentType, ComparesTheMediaTypeAndItsCharset) {
    for (const char* header :
         {"application/json", "Application/JSON", " application/json ", "application/json; charset=utf-8",
          "application/json;charset=UTF-8", "application/json; charset=\"utf-8\"",
          "application/json; charset=\"\\Utf-8\"", "application/json; charset=utf8",
          "application/json; charset=\"UTF8\"", "application/json;charset=utf-8;", "application/json;",
          "application/json ; ; charset=utf-8", "application/json; profile=x",
          "application/json; charset=utf-8; profile=\"x\"",
          "application/json; profile=\"a;b\"; charset=utf-8"}) {
        EXPECT_TRUE(accepts_content_type(header, {kJson})) << header;
    }
    for (const char* header :
         {"", "text/plain", "application/jsonx", "application/json; charset=latin1",
          "application/json; profile=x; charset=iso-8859-1", "application/json; CHARSET=\"utf-16\"",
          "application/json; charset=utf-8; charset=latin1", "application/json; charset=\"\"",
          "application/json; charset=", "application/json; charset", "application/json charset=utf-8",
          "application/json; charset=\"utf-8", "application/json, application/json",
          "application/merge-patch+json", "application/x-www-form-urlencoded"}) {
        EXPECT_FALSE(accepts_content_type(header, {kJson})) << header;
    }
    EXPECT_TRUE(accepts_content_type("application/merge-patch+json", {kMergePatch, kJson}));
}

std::optional<Problem> check(const Route& route, std::vector<std::pair<std::string, std::string>> headers) {
    common::http::Request request;
    request.headers = std::move(headers);
    return check_content_type(request, route);
}

TEST(CheckContentType, SaysWhatTheRouteTakes) {
    const Route post{"POST", "/v1/things", Access::authenticated, {}, {kJson}};
    const auto problem = check(post, {{"Content-Type", "text/plain"}});
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->status, 415);
    EXPECT_THAT(problem->headers, ElementsAre(Pair("Accept", "application/json")));

    const Route patch{"PATCH", "/v1/things/{id}", Access::authenticated, {}, {kMergePatch, kJson}};
    EXPECT_FALSE(check(patch, {{"content-type", "application/merge-patch+json"}}));
    EXPECT_THAT(check(patch, {{"Content-Type", "application/json-patch+json"}})->headers,
                ElementsAre(Pair("Accept", "application/merge-patch+json, application/json"),
                            Pair("Accept-Patch", "application/merge-patch+json, application/json")));
}

TEST(CheckContentType, RefusesARequestThatSaysNoneOrTwo) {
    const Route post{"POST", "/v1/things", Access::authenticated, {}, {kJson}};
    EXPECT_EQ(check(post, {})->status, 415);
    EXPECT_EQ(check(post, {{"Content-Type", "application/json"}, {"content-type", "text/plain"}})->status,
              415);
}

TEST(CheckContentType, MakesNothingOfABodyThatTheRouteMakesNothingOf) {
    EXPECT_FALSE(check({"DELETE", "/v1/things/{id}", Access::authenticated, {}}, {{"Content-Type", "x"}}));
}

}  // namespace
}  // namespace api
