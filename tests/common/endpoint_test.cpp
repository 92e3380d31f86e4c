#include "common/endpoint.h"

#include <gtest/gtest.h>

namespace common {
namespace {

TEST(Endpoint, HasAnAddressAndAPort) {
    EXPECT_EQ(parse_endpoint("0.0.0.0:8080"), (Endpoint{"0.0.0.0", 8080}));
    EXPECT_EQ(parse_endpoint("127.0.0.1:0"), (Endpoint{"127.0.0.1", 0}));
    EXPECT_EQ(parse_endpoint("127.0.0.1:65535"), (Endpoint{"127.0.0.1", 65535}));
}

TEST(Endpoint, HasBracketsAroundAnIPv6Address) {
    EXPECT_EQ(parse_endpoint("[::]:8081"), (Endpoint{"::", 8081}));
    EXPECT_EQ(parse_endpoint("[fe80::1]:1"), (Endpoint{"fe80::1", 1}));
}

TEST(Endpoint, IsRefusedWithTheTextAndTheReason) {
    for (const char* text :
         {"", ":", ":8080", "8080", "localhost:8080", "::1:8080", "[::1]", "[127.0.0.1]:80", "[]:80",
          "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3.4:8 ", "1.2.3.4:http"}) {
        const auto endpoint = parse_endpoint(text);
        ASSERT_FALSE(endpoint.has_value()) << text;
        EXPECT_EQ(endpoint.error().kind, ErrorKind::invalid) << text;
        EXPECT_TRUE(endpoint.error().message.starts_with("'" + std::string(text) + "' is not ADDRESS:PORT"))
            << endpoint.error().message;
    }
}

}  // namespace
}  // namespace common
