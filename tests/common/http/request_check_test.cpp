#include "common/http/request_check.h"

#include <gtest/gtest.h>

namespace common::http {
namespace {

constexpr std::size_t kLimit = 64;

int refusal_status(std::string_view received) {
    const auto length = header_length(received, kLimit);
    return length ? 0 : length.error().status;
}

TEST(HeaderLength, IsWhereTheEmptyLineEnds) {
    const std::string_view header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(header_length(header, kLimit), header.size());
    EXPECT_EQ(header_length(std::string(header) + "body\n and\nmore", kLimit), header.size());
    EXPECT_EQ(header_length("GET / HTTP/1.1\r\n\r\n", kLimit), 18U);
}

TEST(HeaderLength, IsZeroForEveryPartOfAHeader) {
    const std::string_view header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t size = 0; size < header.size(); ++size) {
        EXPECT_EQ(header_length(header.substr(0, size), kLimit), 0U) << size;
    }
}

TEST(HeaderLength, IsRefusedAboveTheLimit) {
    const std::string full = "GET / HTTP/1.1\r\nX: " + std::string(41, 'a') + "\r\n\r\n";
    ASSERT_EQ(full.size(), kLimit);
    EXPECT_EQ(header_length(full, kLimit), kLimit);
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\r\nX: " + std::string(42, 'a') + "\r\n\r\n"), 431);
    EXPECT_EQ(refusal_status("GET /" + std::string(200, 'a')), 431);
}

TEST(HeaderLength, IsRefusedForLinesThatHopsReadDifferently) {
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\nHost: a\n\n"), 400) << "bare line feeds";
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400) << "one bare line feed";
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"), 400) << "folded by a space";
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"), 400) << "folded by a tab";
    EXPECT_EQ(refusal_status("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400)
        << "white space before the first field";
}

TEST(HeaderLength, IsRefusedAtTheFirstByteThatIsNoMethod) {
    EXPECT_EQ(refusal_status("\x16\x03\x01"), 400) << "TLS";
    EXPECT_EQ(refusal_status("\n"), 400);
    EXPECT_EQ(refusal_status(" GET"), 400);
    EXPECT_EQ(refusal_status(std::string_view("\0", 1)), 400);
    EXPECT_EQ(refusal_status("\xC3\xA4"), 400);
}

TEST(BareLineFeed, IsOneWithoutACarriageReturnBefore) {
    EXPECT_FALSE(has_bare_line_feed(""));
    EXPECT_FALSE(has_bare_line_feed("5;a\r\n\r\nb\r"));
    EXPECT_TRUE(has_bare_line_feed("\n"));
    EXPECT_TRUE(has_bare_line_feed("5\n"));
    EXPECT_TRUE(has_bare_line_feed("5\r\n\n"));
}

TEST(Target, IsSplitAtTheFirstQuestionMark) {
    EXPECT_EQ(split_target("GET", "/"), (Target{"/", ""}));
    EXPECT_EQ(split_target("GET", "/a/b%20c?x=1&y=?"), (Target{"/a/b%20c", "x=1&y=?"}));
    EXPECT_EQ(split_target("GET", "/a?"), (Target{"/a", ""}));
    EXPECT_EQ(split_target("GET", "//a"), (Target{"//a", ""}));
}

TEST(Target, MayBeAWholeUrl) {
    EXPECT_EQ(split_target("GET", "http://host/a?b"), (Target{"/a", "b"}));
    EXPECT_EQ(split_target("GET", "HTTPS://host:1/a"), (Target{"/a", ""}));
    EXPECT_EQ(split_target("GET", "http://host"), (Target{"/", ""}));
    EXPECT_EQ(split_target("GET", "http://host?b"), (Target{"/", "b"}));
}

TEST(Target, MayBeAStarForOptionsOnly) {
    EXPECT_EQ(split_target("OPTIONS", "*"), (Target{"*", ""}));
    EXPECT_EQ(split_target("OPTIONS", "http://host:80"), (Target{"*", ""})) << "as a proxy may send it";
    EXPECT_EQ(split_target("OPTIONS", "http://host/"), (Target{"/", ""}));
    EXPECT_EQ(split_target("GET", "*").error().status, 400);
}

TEST(Target, IsRefusedWhenItIsNoPath) {
    for (const char* target :
         {"", "a", "host:443", "http://", "http:///a", "http://?a", "ftp://host/a", "?a", "/a#b", "/\xC3\xA4",
          "/a b", "/a\x7F", "/?q=\xFF", "http://host?q=\xFF", "http://host#a"}) {
        const auto split = split_target("GET", target);
        ASSERT_FALSE(split.has_value()) << target;
        EXPECT_EQ(split.error().status, 400) << target;
    }
}

struct FramingCase {
    const char* name;
    unsigned version;
    std::vector<std::pair<std::string, std::string>> headers;
    int status;  // 0: served
};

class Framing : public testing::TestWithParam<FramingCase> {};

TEST_P(Framing, IsServedOrRefused) {
    Request request;
    request.headers = GetParam().headers;
    const auto refusal = check_framing(GetParam().version, request);
    EXPECT_EQ(refusal ? refusal->status : 0, GetParam().status) << (refusal ? refusal->detail : "");
}

const std::pair<std::string, std::string> kHost{"Host", "a"};

INSTANTIATE_TEST_SUITE_P(
    Table, Framing,
    testing::Values(
        FramingCase{"host", 11, {kHost}, 0}, FramingCase{"no_host", 11, {}, 400},
        FramingCase{"no_host_in_1_0", 10, {}, 0}, FramingCase{"two_hosts", 11, {kHost, {"host", "b"}}, 400},
        FramingCase{"two_hosts_in_1_0", 10, {kHost, kHost}, 400},
        FramingCase{"length", 11, {kHost, {"Content-Length", "5"}}, 0},
        FramingCase{"length_zero", 11, {kHost, {"Content-Length", "0"}}, 0},
        FramingCase{"length_twice", 11, {kHost, {"Content-Length", "5"}, {"content-length", "5"}}, 400},
        FramingCase{"length_list", 11, {kHost, {"Content-Length", "5, 5"}}, 400},
        FramingCase{"length_signed", 11, {kHost, {"Content-Length", "+5"}}, 400},
        FramingCase{"length_negative", 11, {kHost, {"Content-Length", "-5"}}, 400},
        FramingCase{"length_hex", 11, {kHost, {"Content-Length", "0x5"}}, 400},
        FramingCase{"length_empty", 11, {kHost, {"Content-Length", ""}}, 400},
        FramingCase{"chunked", 11, {kHost, {"Transfer-Encoding", "Chunked"}}, 0},
        FramingCase{"chunked_in_1_0", 10, {kHost, {"Transfer-Encoding", "chunked"}}, 400},
        FramingCase{"chunked_and_length",
                    11,
                    {kHost, {"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}},
                    400},
        FramingCase{"chunked_twice",
                    11,
                    {kHost, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
                    501},
        FramingCase{"xchunked", 11, {kHost, {"Transfer-Encoding", "xchunked"}}, 501},
        FramingCase{"identity", 11, {kHost, {"Transfer-Encoding", "identity"}}, 501},
        FramingCase{"gzip_chunked", 11, {kHost, {"Transfer-Encoding", "gzip, chunked"}}, 501},
        FramingCase{"chunked_identity", 11, {kHost, {"Transfer-Encoding", "chunked, identity"}}, 501},
        FramingCase{"chunked_with_parameter", 11, {kHost, {"Transfer-Encoding", "chunked;q=1"}}, 501},
        FramingCase{"continue", 11, {kHost, {"Expect", "100-Continue"}}, 0},
        FramingCase{"other_expectation", 11, {kHost, {"Expect", "tea"}}, 417},
        FramingCase{
            "two_expectations", 11, {kHost, {"Expect", "100-continue"}, {"Expect", "100-continue"}}, 417},
        FramingCase{"expectation_in_1_0_is_ignored", 10, {kHost, {"Expect", "tea"}}, 0}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Expectation, OfContinueNeedsHttp11) {
    Request request;
    EXPECT_FALSE(expects_continue(11, request));
    request.headers = {{"Expect", "100-continue"}};
    EXPECT_TRUE(expects_continue(11, request));
    EXPECT_FALSE(expects_continue(10, request));
}

}  // namespace
}  // namespace common::http
