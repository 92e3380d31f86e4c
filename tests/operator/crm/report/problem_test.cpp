#include "operator/crm/report/problem.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using testing::HasSubstr;

TEST(ProblemOf, GoesByTheWordsWhateverTheCodeIs) {
    const std::string denied = R"(admission webhook "deny.example.com" denied the request: not today)";
    for (const ErrorKind kind :
         {ErrorKind::invalid, ErrorKind::unauthorized, ErrorKind::forbidden, ErrorKind::not_found,
          ErrorKind::conflict, ErrorKind::throttled, ErrorKind::unavailable, ErrorKind::internal}) {
        const auto problem = problem_of("Service acme-server", {kind, denied});
        ASSERT_TRUE(problem) << name_of(kind);
        EXPECT_EQ(problem->reason, reason::kWebhookDenied) << name_of(kind);
        EXPECT_THAT(problem->message, HasSubstr("Service acme-server"));
        EXPECT_THAT(problem->message, HasSubstr("Webhook deny.example.com denies"));
        EXPECT_THAT(problem->message, HasSubstr("not today"));
    }
}

TEST(ProblemOf, JudgesUnknownWordsByTheCode) {
    const struct {
        ErrorKind kind;
        const char* reason;
    } table[] = {
        {ErrorKind::conflict, reason::kObjectConflict},
        {ErrorKind::invalid, reason::kObjectRejected},
        {ErrorKind::forbidden, reason::kObjectRejected},
    };
    for (const auto& row : table) {
        EXPECT_EQ(problem_of("Job j", {row.kind, "no"})->reason, row.reason) << name_of(row.kind);
    }
    for (const ErrorKind passing :
         {ErrorKind::unauthorized, ErrorKind::not_found, ErrorKind::expired, ErrorKind::throttled,
          ErrorKind::unavailable, ErrorKind::timeout, ErrorKind::cancelled, ErrorKind::internal}) {
        EXPECT_FALSE(problem_of("Job j", {passing, "no"})) << name_of(passing);
    }
}

}  // namespace
}  // namespace crm
