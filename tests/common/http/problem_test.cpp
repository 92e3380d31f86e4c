#include "common/http/problem.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

TEST(Problem, HasTheMembersOfRfc9457) {
    const Response response =
        problem({.status = 422,
                 .title = "Validation failed",
                 .detail = "Two fields are wrong.",
                 .request_id = "r-1",
                 .type = "https://crm-operator.dev/problems/validation",
                 .instance = "/api/v1/contacts/1",
                 .errors = {{"/email", "is not an e-mail address"}, {"/name", "is missing"}}});
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(
        response.body,
        R"({"type":"https://crm-operator.dev/problems/validation","title":"Validation failed","status":422,)"
        R"("detail":"Two fields are wrong.","instance":"/api/v1/contacts/1","requestId":"r-1",)"
        R"("errors":[{"pointer":"/email","detail":"is not an e-mail address"},)"
        R"({"pointer":"/name","detail":"is missing"}]})");
}

TEST(Problem, LeavesOutWhatIsEmptyAndNamesTheStatus) {
    EXPECT_EQ(problem({.status = 404}).body, R"({"type":"about:blank","title":"Not Found","status":404})");
}

TEST(Problem, SurvivesTextThatIsNotUtf8) {
    const auto body = nlohmann::json::parse(problem({.status = 400, .detail = "bad \xFF byte"}).body);
    EXPECT_EQ(body["detail"], "bad \xEF\xBF\xBD byte");
}

TEST(Problem, CutsWhatQuotesTooMuch) {
    const std::string quote(900'000, 'q');
    const std::string body =
        problem({.status = 400, .detail = quote, .errors = {{.pointer = "/a", .detail = quote}}}).body;
    EXPECT_LT(body.size(), 2'500U);
    EXPECT_TRUE(nlohmann::json::parse(body)["detail"].get<std::string>().ends_with("\xE2\x80\xA6"));
    const std::string longest(1'024, ' ');
    EXPECT_EQ(nlohmann::json::parse(problem({.status = 400, .detail = longest}).body)["detail"], longest);
}

}  // namespace
}  // namespace common::http
