#include "common/http/reply.h"

#include <gtest/gtest.h>

namespace common::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

std::string head(const Response& response, bool keep_alive = true, unsigned version = 11) {
    std::string out = "left from the last reply";
    write_head(out, response,
               {.version = version, .keep_alive = keep_alive, .date = "today", .request_id = "r-1"});
    return out;
}

TEST(Reply, HasStatusLineAndFields) {
    EXPECT_EQ(head({.status = 201, .headers = {{"Location", "/1"}, {"ETag", "\"2\""}}, .body = "12345"}),
              "HTTP/1.1 201 Created\r\nDate: today\r\nX-Request-Id: r-1\r\nContent-Type: application/json\r\n"
              "Content-Length: 5\r\nLocation: /1\r\nETag: \"2\"\r\n\r\n");
}

TEST(Reply, SaysWhetherTheConnectionStays) {
    EXPECT_EQ(head({.body = "a"}).find("Connection:"), std::string::npos)
        << "staying is the rule in HTTP/1.1";
    EXPECT_NE(head({.body = "a"}, false).find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_NE(head({.body = "a"}, true, 10).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
    EXPECT_NE(head({.body = "a"}, false, 10).find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(Reply, HasNoLengthWhereTheStatusForbidsABody) {
    for (const int status : {204, 304}) {
        const std::string text = head({.status = status, .body = "ignored"});
        EXPECT_EQ(text.find("Content-"), std::string::npos) << text;
    }
    EXPECT_NE(head({.status = 200}).find("Content-Length: 0\r\n"), std::string::npos);
    EXPECT_EQ(head({.content_type = ""}).find("Content-Type"), std::string::npos);
}

TEST(Reply, CarriesABodyUnlessMethodOrStatusForbidIt) {
    EXPECT_TRUE(has_body("GET", 200));
    EXPECT_TRUE(has_body("POST", 500));
    EXPECT_FALSE(has_body("HEAD", 200));
    EXPECT_FALSE(has_body("GET", 204));
    EXPECT_FALSE(has_body("GET", 304));
}

TEST(Reply, IsNotSentWhenAHeaderCouldForgeAnother) {
    EXPECT_TRUE(is_sendable({.headers = {{"Location", "/a b?c=%0d%0a"}}}));
    EXPECT_FALSE(is_sendable({.headers = {{"Location", "/a\r\nSet-Cookie: x"}}}));
    EXPECT_FALSE(is_sendable({.headers = {{"Location", "/a\nb"}}}));
    EXPECT_FALSE(is_sendable({.headers = {{"X\rY", "1"}}}));
    EXPECT_FALSE(is_sendable({.headers = {{"X", std::string("a\0b", 3)}}}));
    EXPECT_FALSE(is_sendable({.headers = {{"", "1"}}}));
    EXPECT_FALSE(is_sendable({.content_type = "text/html\r\nX: y"}));
}

TEST(Reply, IsNotSentWhenItSetsWhatFramesIt) {
    for (const char* name : {"Content-Length", "content-length", "Transfer-Encoding", "Connection", "Date",
                             "Content-Type", "X-Request-Id"}) {
        EXPECT_FALSE(is_sendable({.headers = {{name, "1"}}})) << name;
    }
    for (const int status : {0, 99, 100, 199, 600}) EXPECT_FALSE(is_sendable({.status = status})) << status;
}

TEST(HttpDate, IsTheFormatOfRfc9110AndFollowsTheClock) {
    HttpDate date;
    const system_clock::time_point time(milliseconds(784'111'777'000));
    EXPECT_EQ(date.at(time), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(time + milliseconds(999)), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(time + milliseconds(1000)), "Sun, 06 Nov 1994 08:49:38 GMT");
    EXPECT_EQ(HttpDate().at(system_clock::time_point()), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace common::http
