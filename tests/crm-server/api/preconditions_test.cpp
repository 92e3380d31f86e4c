#include "crm-server/api/preconditions.h"

#include <gtest/gtest.h>

namespace api {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Preconditions conditions(Headers headers) {
    common::http::Request request;
    request.headers = std::move(headers);
    return parse_preconditions(request).value();
}

TEST(Preconditions, ProceedWithoutHeaders) {
    EXPECT_EQ(evaluate(conditions({}), 3, true), Verdict::proceed);
    EXPECT_EQ(evaluate(conditions({}), 3, false), Verdict::proceed);
}

TEST(Preconditions, FailWhenIfMatchNamesOtherVersions) {
    EXPECT_EQ(evaluate(conditions({{"if-match", R"("3")"}}), 3, false), Verdict::proceed);
    EXPECT_EQ(evaluate(conditions({{"if-match", R"("2", "4")"}}), 3, false), Verdict::failed);
    EXPECT_EQ(evaluate(conditions({{"If-Match", R"(W/"3")"}}), 3, false), Verdict::failed);
    EXPECT_EQ(evaluate(conditions({{"If-Match", "*"}}), 3, false), Verdict::proceed);
}

TEST(Preconditions, SayNotModifiedOnlyToReads) {
    const Preconditions same = conditions({{"If-None-Match", R"(W/"3")"}});
    EXPECT_EQ(evaluate(same, 3, true), Verdict::not_modified);
    EXPECT_EQ(evaluate(same, 3, false), Verdict::failed);
    EXPECT_EQ(evaluate(same, 4, true), Verdict::proceed);
    EXPECT_EQ(evaluate(conditions({{"If-None-Match", "*"}}), 3, true), Verdict::not_modified);
}

TEST(Preconditions, LetIfMatchWinOverIfNoneMatch) {
    const Preconditions both = conditions({{"If-None-Match", R"("3")"}, {"If-Match", R"("2")"}});
    EXPECT_EQ(evaluate(both, 3, true), Verdict::failed);
}

TEST(Preconditions, JoinAHeaderSpreadOverSeveralLines) {
    const Preconditions joined = conditions({{"If-Match", R"("2")"}, {"if-match", R"("3")"}});
    EXPECT_EQ(evaluate(joined, 3, false), Verdict::proceed);
}

TEST(Preconditions, RefuseAMalformedHeader) {
    common::http::Request request;
    request.headers = {{"If-Match", "3"}};
    const auto parsed = parse_preconditions(request);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
}

TEST(ExpectedVersion, IsTheOneStrongTagThatIfMatchNames) {
    EXPECT_EQ(expected_version(conditions({{"If-Match", R"("3")"}})), 3);
}

TEST(ExpectedVersion, IsUnknownWhenTheRecordMustBeReadFirst) {
    for (const char* header : {R"("3", "4")", R"(W/"3")", "*", R"("x")", R"("03")", R"("")", R"("3x")",
                               R"("99999999999999999999")"}) {
        EXPECT_EQ(expected_version(conditions({{"If-Match", header}})), std::nullopt) << header;
    }
    EXPECT_EQ(expected_version(conditions({})), std::nullopt);
    EXPECT_EQ(expected_version(conditions({{"If-Match", R"("3")"}, {"If-None-Match", R"("2")"}})),
              std::nullopt);
}

}  // namespace
}  // namespace api
