#include "crm-server/api/authentication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace api {
namespace {

std::string token_of(const char* header) {
    common::http::Request request;
    request.headers = {{"authorization", header}};
    const auto token = bearer_token(request);
    return std::string(token.value_or("none"));
}

TEST(BearerToken, StandsBehindTheSchemeInAnyCase) {
    EXPECT_EQ(token_of("Bearer crm_abc"), "crm_abc");
    EXPECT_EQ(token_of("bearer crm_abc"), "crm_abc");
    EXPECT_EQ(token_of("BEARER   crm_abc"), "crm_abc");
}

TEST(BearerToken, IsMissingInEverythingElse) {
    for (const char* header : {"", "Bearer", "Bearer ", "Bearercrm_abc", "Basic YTpi", "crm_abc"}) {
        EXPECT_EQ(token_of(header), "none") << header;
    }
}

TEST(BearerToken, IsMissingWithoutAHeader) {
    EXPECT_FALSE(bearer_token(common::http::Request{}));
}

/// What WWW-Authenticate says; empty when it is not there.
std::string challenge(int status, Access access, const char* authorization) {
    common::http::Request request;
    if (authorization != nullptr) request.headers = {{"Authorization", authorization}};
    Problem problem{.status = status};
    add_challenge(problem, request, access);
    if (problem.headers.empty()) return {};
    EXPECT_EQ(problem.headers.size(), 1U);
    EXPECT_EQ(problem.headers.front().first, "WWW-Authenticate");
    return problem.headers.front().second;
}

TEST(Challenge, NamesTheRealmToWhoeverSentNoToken) {
    for (const char* authorization : {static_cast<const char*>(nullptr), "", "Bearer ", "Basic YTpi"}) {
        EXPECT_EQ(challenge(401, Access::authenticated, authorization), R"(Bearer realm="crm")");
    }
}

TEST(Challenge, SaysThatATokenIsNotGood) {
    EXPECT_EQ(challenge(401, Access::authenticated, "Bearer crm_abc"),
              R"(Bearer realm="crm", error="invalid_token", )"
              R"(error_description="The token is unknown, expired or revoked.")");
}

TEST(Challenge, BlamesNoTokenThatNobodyHasLookedAt) {
    EXPECT_EQ(challenge(401, Access::anyone, "Bearer crm_abc"), R"(Bearer realm="crm")");
}

TEST(Challenge, BelongsTo401Alone) {
    for (const int status : {400, 403, 404, 429, 503}) {
        EXPECT_EQ(challenge(status, Access::authenticated, "Bearer crm_abc"), "") << status;
    }
}

}  // namespace
}  // namespace api
