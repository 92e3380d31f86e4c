// Requests that are wrong on purpose, each with the answer it must get. A request smuggled past the framing
// rules would show as a second reply; one that leaves the connection out of step as a wrong third one.
#include "tests/common/http/test_server.h"
#include "tests/support/http_client.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

using support::HttpConnection;

struct Attack {
    std::string name;
    std::string bytes;
    int status;  // 200: served, and the connection goes on
};

class PublicEdge : public testing::TestWithParam<Attack> {};

TEST_P(PublicEdge, AnswersOnceAndRight) {
    TestServer server;
    HttpConnection connection(server.port());
    connection.send(GetParam().bytes);
    const auto reply = connection.receive();
    ASSERT_TRUE(reply) << "closed without a reply";
    EXPECT_EQ(reply->status, GetParam().status) << reply->body;
    if (GetParam().status == 200) {
        connection.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto next = connection.receive();
        ASSERT_TRUE(next);
        EXPECT_EQ(nlohmann::json::parse(next->body)["path"], "/next");
        return;
    }
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_EQ(reply->header("Content-Type"), "application/problem+json");
    const auto problem = nlohmann::json::parse(reply->body);
    EXPECT_EQ(problem["status"], GetParam().status);
    EXPECT_EQ(problem["requestId"], reply->header("X-Request-Id"));
    EXPECT_FALSE(problem["detail"].get<std::string>().empty());
    EXPECT_TRUE(connection.closed_by_server())
        << "and nothing else is answered, and the reply is not lost by a reset";
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string kPost = "POST /x HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kFiveBytes = "5\r\nhello\r\n0\r\n\r\n";
const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::string text(std::size_t size) {
    return std::string(size, 'a');
}

std::string name_of_attack(const testing::TestParamInfo<Attack>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Headers, PublicEdge,
    testing::Values(Attack{"LongHeader", kGet + "X: " + text(7'000) + "\r\n\r\n", 200},
                    Attack{"TooLongHeader", kGet + "X: " + text(9'000) + "\r\n\r\n", 431},
                    Attack{"HeaderWithoutEnd", kGet + "X: " + text(200'000), 431},
                    Attack{"TooLongTarget", "GET /" + text(100'000), 431},
                    Attack{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
                    Attack{"TwoHosts", kGet + "Host: b\r\n\r\n", 400},
                    Attack{"BareLineFeeds", "GET / HTTP/1.1\nHost: a\n\n", 400},
                    Attack{"FoldedLine", kGet + "X: a\r\n b\r\n\r\n", 400},
                    Attack{"SpaceAfterName", kPost + "Content-Length : 5\r\n\r\nhello", 400},
                    Attack{"NulInValue", kGet + "X: a" + std::string(1, '\0') + "b\r\n\r\n", 400},
                    Attack{"BareCarriageReturnInValue", kGet + "X: a\rb\r\n\r\n", 400},
                    Attack{"FieldWithoutColon", kGet + "X\r\n\r\n", 400},
                    Attack{"EmptyFieldName", kGet + ": x\r\n\r\n", 400},
                    Attack{"EmptyLineFirst", "\r\n" + kGet + "\r\n", 200},
                    Attack{"UnknownExpectation", kPost + "Expect: tea\r\nContent-Length: 5\r\n\r\n", 417}),
    name_of_attack);

INSTANTIATE_TEST_SUITE_P(
    RequestLines, PublicEdge,
    testing::Values(Attack{"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
                    Attack{"Http20", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
                    Attack{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                    Attack{"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
                    Attack{"NotAVersion", "GET / FTP/1.1\r\nHost: a\r\n\r\n", 505},
                    Attack{"NoTarget", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                    Attack{"TargetWithBytesAbove127", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                    Attack{"TargetIsNoPath", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                    Attack{"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                    Attack{"UnknownMethodIsTheHandlersBusiness", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 200}),
    name_of_attack);

INSTANTIATE_TEST_SUITE_P(
    Lengths, PublicEdge,
    testing::Values(
        Attack{"HugeLength", kPost + "Content-Length: 18446744073709551617\r\n\r\n", 400},
        Attack{"TooLong", kPost + "Content-Length: 1048577\r\n\r\n", 413},
        Attack{"TooLongAndSent", kPost + "Content-Length: 5242880\r\n\r\n" + text(5'242'880), 413},
        Attack{"Negative", kPost + "Content-Length: -5\r\n\r\nhello", 400},
        Attack{"Signed", kPost + "Content-Length: +5\r\n\r\nhello", 400},
        Attack{"Hexadecimal", kPost + "Content-Length: 0x5\r\n\r\nhello", 400},
        Attack{"Empty", kPost + "Content-Length: \r\n\r\n", 400},
        Attack{"List", kPost + "Content-Length: 5,5\r\n\r\nhello", 400},
        Attack{"TwiceTheSame", kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
        Attack{"TwiceDifferent", kPost + "Content-Length: 5\r\nContent-Length: 40\r\n\r\nhello" + kSmuggled,
               400}),
    name_of_attack);

INSTANTIATE_TEST_SUITE_P(
    Codings, PublicEdge,
    testing::Values(
        Attack{"Chunked", kChunked + kFiveBytes, 200},
        Attack{"LengthAndChunked",
               kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + kFiveBytes, 400},
        Attack{"ChunkedAndLength",
               kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + kFiveBytes, 400},
        Attack{"XChunked", kPost + "Transfer-Encoding: xchunked\r\n\r\n" + kFiveBytes, 501},
        Attack{"Identity", kPost + "Transfer-Encoding: identity\r\n\r\n" + kSmuggled, 501},
        Attack{"IdentityAndLength", kPost + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
               400},
        Attack{"ChunkedThenIdentity", kPost + "Transfer-Encoding: chunked, identity\r\n\r\n" + kFiveBytes,
               501},
        Attack{"GzipThenChunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n" + kFiveBytes, 501},
        Attack{"ChunkedTwice",
               kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + kFiveBytes, 400},
        Attack{"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kFiveBytes, 400}),
    name_of_attack);

INSTANTIATE_TEST_SUITE_P(
    Chunks, PublicEdge,
    testing::Values(Attack{"TooMuch", kChunked + "100000\r\n" + text(0x100000) + "\r\n1\r\na\r\n0\r\n\r\n",
                           413},
                    Attack{"NoNumber", kChunked + "zz\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"Negative", kChunked + "-1\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"Signed", kChunked + "+5\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"HexadecimalPrefix", kChunked + "0x5\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"Empty", kChunked + "\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"LargestNumber", kChunked + "ffffffffffffffff\r\nhello", 413},
                    Attack{"Overflow", kChunked + "10000000000000005\r\nhello\r\n0\r\n\r\n", 400},
                    Attack{"Large", kChunked + "7fffffff\r\nhello", 413},
                    Attack{"NoLineBreakAfterIt", kChunked + "5\r\nhelloXX0\r\n\r\n", 400},
                    Attack{"BareLineFeeds", kChunked + "5\nhello\n0\n\n", 400},
                    Attack{"LongExtension", kChunked + "5;" + text(300'000), 400},
                    Attack{"LongTrailer", kChunked + "5\r\nhello\r\n0\r\nX: " + text(300'000), 400}),
    name_of_attack);

}  // namespace
}  // namespace common::http
