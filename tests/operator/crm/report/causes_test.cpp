#include "operator/crm/report/causes.h"

#include "operator/crm/report/problem.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Causes, FillTheirMessageInAndStayWithinTheLimit) {
    for (const CauseRow& row : cause_rows()) {
        const std::string message =
            explain({.reason = row.reason, .what = "Thing t", .by = "somebody", .words = "their words"});
        EXPECT_THAT(message, testing::AnyOf(HasSubstr("their words"), HasSubstr("Thing t"))) << row.reason;
        EXPECT_THAT(message, Not(HasSubstr("{"))) << row.reason;
        EXPECT_LE(explain({.reason = row.reason, .words = std::string(5000, 'x')}).size(), kMessageLimit);
    }
}

TEST(Causes, HaveAReasonEach) {
    for (const CauseRow& row : cause_rows()) {
        EXPECT_EQ(find_cause(row.reason), &row) << row.reason;
    }
    EXPECT_EQ(find_cause("MigrationRunning"), nullptr);
}

/// The reasons of the page, as "reason yes" or "reason no", in its order.
std::vector<std::string> rows_of_page() {
    std::ifstream page(SOURCE_DIR "/docs/reasons.md");
    std::vector<std::string> rows;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| `")) {
            const std::size_t name_end = line.find('`', 3);
            const std::size_t next = line.find("| ", name_end) + 2;
            rows.push_back(line.substr(3, name_end - 3) + " " +
                           line.substr(next, line.find(' ', next) - next));
        }
    }
    return rows;
}

TEST(Causes, AreThoseOfThePageOfReasons) {
    std::vector<std::string> rows;
    for (const CauseRow& row : cause_rows()) {
        rows.push_back(std::string(row.reason) + (row.needs_person ? " yes" : " no"));
    }
    EXPECT_EQ(rows_of_page(), rows);
}

}  // namespace
}  // namespace crm
