#include "common/http/message.h"

#include <gtest/gtest.h>

namespace common::http {
namespace {

TEST(Message, FindsAHeaderWithoutRegardToCase) {
    Request request;
    request.headers = {{"Host", "a"}, {"X-Id", "first"}, {"x-id", "second"}, {"Empty", ""}};
    EXPECT_EQ(request.header("x-ID"), "first");
    EXPECT_EQ(request.header("empty"), "");
    EXPECT_EQ(request.header("X-I"), std::nullopt);
}

TEST(Message, ComparesOnlyAsciiLettersWithoutCase) {
    EXPECT_TRUE(equals_ignoring_case("Content-Type", "cONTENT-tYPE"));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
    EXPECT_FALSE(equals_ignoring_case("@", "`")) << "differ by the bit that makes letters lower case";
}

TEST(Message, NamesEveryStatusThatTheProgramsUse) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
    EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
    EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(Method, IsStandardInItsOwnLettersOnly) {
    for (const char* method :
         {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}) {
        EXPECT_TRUE(is_standard_method(method)) << method;
    }
    for (const char* method : {"", "get", "Get", "FOO", "GE", "GETS", "PROPFIND", "QUERY"}) {
        EXPECT_FALSE(is_standard_method(method)) << method;
    }
}

}  // namespace
}  // namespace common::http
