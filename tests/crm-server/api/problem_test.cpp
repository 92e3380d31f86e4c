#include "crm-server/api/problem.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace api {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(Problem, TakesItsStatusFromTheKindOfTheError) {
    const std::vector<std::pair<ErrorKind, int>> statuses{
        {ErrorKind::invalid, 400},   {ErrorKind::unauthorized, 401}, {ErrorKind::forbidden, 403},
        {ErrorKind::not_found, 404}, {ErrorKind::conflict, 409},     {ErrorKind::expired, 410},
        {ErrorKind::throttled, 429}, {ErrorKind::internal, 500},     {ErrorKind::unavailable, 503},
        {ErrorKind::cancelled, 503}, {ErrorKind::timeout, 504},
    };
    for (const auto& [kind, status] : statuses) {
        EXPECT_EQ(problem_of(Error{kind, "x"}).status, status) << name_of(kind);
    }
}

TEST(Problem, TellsClientsOnlyOfTheirOwnMistakes) {
    EXPECT_EQ(problem_of(Error{ErrorKind::conflict, "The email is taken."}).detail, "The email is taken.");
    for (const ErrorKind kind : {ErrorKind::internal, ErrorKind::unavailable, ErrorKind::timeout}) {
        const Problem problem = problem_of(Error{kind, "connection to db.internal failed"});
        EXPECT_THAT(problem.detail, Not(HasSubstr("db.internal")));
        EXPECT_THAT(problem.cause, HasSubstr("db.internal"));
    }
}

TEST(Problem, AsksForPatienceInWholeSeconds) {
    EXPECT_THAT(problem_of(Error{ErrorKind::unavailable, "x"}).headers, Contains(Pair("Retry-After", "1")));
    EXPECT_THAT(problem_of(Error{ErrorKind::throttled, "x", milliseconds(2001)}).headers,
                Contains(Pair("Retry-After", "3")));
    EXPECT_THAT(problem_of(Error{ErrorKind::invalid, "x"}).headers,
                Not(Contains(Pair("Retry-After", testing::_))));
}

TEST(Problem, Answers412WhenTheVersionDoesNotMatch) {
    EXPECT_EQ(problem_of(record::WriteError{{ErrorKind::conflict, "x"}, true, {}}).status, 412);
}

TEST(Problem, PointsAtWhatTheDatabaseFoundWrong) {
    const Problem problem = problem_of(
        record::WriteError{{ErrorKind::invalid, "x"}, false, {{"/companyId", "refers to nothing"}}});
    EXPECT_EQ(problem.status, 400);
    EXPECT_THAT(problem.violations,
                testing::ElementsAre(record::Violation{"/companyId", "refers to nothing"}));
}

TEST(ProblemResponse, IsAProblemDocument) {
    common::http::Request request;
    request.id = "r1";
    request.path = "/api/v1/contacts";
    Problem problem = problem_of(record::Violations{{"/email", "is no e-mail address"}});
    problem.headers.emplace_back("X-Test", "1");
    const common::http::Response response = problem_response(problem, request);

    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_THAT(response.headers, Contains(Pair("X-Test", "1")));
    const json body = json::parse(response.body);
    EXPECT_EQ(body.at("type"), "about:blank");
    EXPECT_EQ(body.at("title"), "Bad Request");
    EXPECT_EQ(body.at("status"), 400);
    EXPECT_EQ(body.at("requestId"), "r1");
    EXPECT_EQ(body.at("instance"), "/api/v1/contacts");
    EXPECT_EQ(body.at("errors").at(0).at("pointer"), "/email");
    EXPECT_EQ(body.at("errors").at(0).at("detail"), "is no e-mail address");
}

TEST(ProblemResponse, NeverSendsTheCause) {
    const common::http::Response response =
        problem_response({.status = 500, .detail = "d", .cause = "inside"}, common::http::Request{});
    EXPECT_THAT(response.body, Not(HasSubstr("inside")));
}

}  // namespace
}  // namespace api
