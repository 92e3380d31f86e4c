#include "crm-server/api/authentication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

std::string token_of(const char* header) {
    common::http::Request request;
    request.headers = {{"authorization", header}};
    const auto token = bearer_token(request);
    return token ? std::string(*token) : std::to_string(token.error().status);
}

TEST(BearerToken, StandsBehindTheSchemeInAnyCase) {
    EXPECT_EQ(token_of("Bearer crm_abc"), "crm_abc");
    EXPECT_EQ(token_of("bearer crm_abc"), "crm_abc");
    EXPECT_EQ(token_of("BEARER   crm_abc"), "crm_abc");
}

TEST(BearerToken, IsMissingInEverythingElse) {
    for (const char* header : {"", "Bearer", "Bearer ", "Bearercrm_abc", "Basic YTpi", "crm_abc"}) {
        EXPECT_EQ(token_of(header), "401") << header;
    }
}

TEST(BearerToken, IsAskedForWhenThereIsNoHeader) {
    const auto token = bearer_token(common::http::Request{});
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().status, 401);
    EXPECT_THAT(token.error().headers, testing::Contains(testing::Pair("WWW-Authenticate", "Bearer")));
}

}  // namespace
}  // namespace api
