#include "crm-server/api/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Router make_router() {
    return Router({
        {"POST", "/v1/things", Access::authenticated, {}},
        {"GET", "/v1/things", Access::authenticated, {}},
        {"GET", "/v1/things/{id}", Access::authenticated, {}},
        {"DELETE", "/v1/things/{id}", Access::authenticated, {}},
        {"GET", "/v1/things/{id}/parts/{part}", Access::authenticated, {}},
    });
}

TEST(Router, FindsTheRouteOfAMethodAndPath) {
    const Router router = make_router();
    EXPECT_EQ(router.match("POST", "/v1/things").index, 0U);
    EXPECT_EQ(router.match("GET", "/v1/things").index, 1U);
    EXPECT_EQ(router.match("DELETE", "/v1/things/7").index, 3U);
    EXPECT_EQ(router.match("DELETE", "/v1/things/7").route, &router.routes()[3]);
}

TEST(Router, HandsOutTheSegmentsOfTheParameters) {
    const Router router = make_router();
    EXPECT_THAT(router.match("GET", "/v1/things").parameters, IsEmpty());
    EXPECT_THAT(router.match("GET", "/v1/things/a%2Fb").parameters, ElementsAre("a%2Fb"));
    EXPECT_THAT(router.match("GET", "/v1/things/7/parts/x").parameters, ElementsAre("7", "x"));
}

TEST(Router, AnswersHeadByGet) {
    const Router router = make_router();
    EXPECT_EQ(router.match("HEAD", "/v1/things/7").index, 2U);
}

TEST(Router, ListsTheMethodsOfAPathThatDoesNotKnowThisOne) {
    const Router router = make_router();
    const Match match = router.match("PUT", "/v1/things");
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allow, "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(router.match("OPTIONS", "/v1/things/7").allow, "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(router.match("get", "/v1/things").route, nullptr) << "methods are case-sensitive";
}

TEST(Router, FindsNothingAtOtherPaths) {
    const Router router = make_router();
    for (const char* path :
         {"", "/", "*", "/v1/thing", "/v1/things/", "/v1/thingsx", "/v1/things/7/", "/v1/things/7/parts",
          "/v1/things/7/parts/", "/v1/things/7/parts/x/y", "/v1/things//parts/x", "//v1/things"}) {
        const Match match = router.match("GET", path);
        EXPECT_EQ(match.route, nullptr) << path;
        EXPECT_EQ(match.allow, "") << path;
    }
}

TEST(Router, ListsAllMethodsForTheServerAsAWhole) {
    const Router router = make_router();
    EXPECT_EQ(router.match("OPTIONS", "*").allow, "POST, GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(router.match("OPTIONS", "/").allow, "");
}

TEST(Router, ListsWhatAPathTakesByPatch) {
    const Router router({
        {"PATCH", "/v1/things/{id}", Access::authenticated, {}, {kMergePatch, kJson}},
        {"POST", "/v1/things", Access::authenticated, {}, {kJson}},
    });
    EXPECT_EQ(router.match("OPTIONS", "/v1/things/7").accept_patch,
              "application/merge-patch+json, application/json");
    EXPECT_EQ(router.match("OPTIONS", "/v1/things").accept_patch, "");
    EXPECT_EQ(router.match("OPTIONS", "*").accept_patch, "");
}

TEST(Router, KnowsTheMethodsOfHttpAndOfItsRoutes) {
    const Router router({{"PURGE", "/v1/things", Access::authenticated, {}}});
    for (const char* method :
         {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PURGE"}) {
        EXPECT_TRUE(router.knows(method)) << method;
    }
    for (const char* method : {"", "FOO", "get", "Get", "GETT", "GET,", "PURG", "PURGE, ", "PROPFIND"}) {
        EXPECT_FALSE(router.knows(method)) << method;
    }
}

}  // namespace
}  // namespace api
