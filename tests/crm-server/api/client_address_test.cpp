#include "crm-server/api/client_address.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace api {
namespace {

constexpr auto kProxies = "10.0.0.0/8, 192.0.2.7,2001:db8:1::/48";
constexpr auto kProxy = "10.1.2.3";

struct Case {
    std::vector<std::pair<std::string, std::string>> headers;
    std::string client;
    std::string connection = kProxy;
};

void expect_clients(const std::vector<Case>& cases) {
    const auto proxies = TrustedProxies::parse(kProxies);
    ASSERT_TRUE(proxies) << proxies.error().message;
    for (const Case& c : cases) {
        common::http::Request request;
        request.remote_address = c.connection;
        request.headers = c.headers;
        std::string told;
        for (const auto& [name, value] : c.headers) told += name + ": " + value + "\n";
        EXPECT_EQ(client_address(request, *proxies), c.client) << told;
    }
}

std::vector<Case> with_header(const std::string& name,
                              const std::vector<std::pair<const char*, const char*>>& rows) {
    std::vector<Case> cases;
    for (const auto& [value, client] : rows) cases.push_back({{{name, value}}, client});
    return cases;
}

TEST(ClientAddress, IsTheConnectionsWithoutAProxyThatIsTrusted) {
    expect_clients({
        {{}, kProxy},
        {{}, "198.51.100.1", "198.51.100.1"},
        {{{"X-Forwarded-For", "203.0.113.5"}}, "198.51.100.1", "198.51.100.1"},
        {{{"Forwarded", "for=203.0.113.5"}}, "198.51.100.1", "198.51.100.1"},
        {{{"X-Forwarded-For", "203.0.113.5"}}, "no address", "no address"},
        {{{"X-Forwarded-For", "203.0.113.5"}}, "", ""},
    });
    common::http::Request request;
    request.remote_address = kProxy;
    request.headers = {{"X-Forwarded-For", "203.0.113.5"}};
    EXPECT_EQ(client_address(request, {}), kProxy) << "without any proxies";
}

TEST(ClientAddress, IsReadFromXForwardedForFromRightToLeft) {
    expect_clients(
        with_header("x-forwarded-FOR", {
                                           {"203.0.113.5", "203.0.113.5"},
                                           {"203.0.113.5,10.9.9.9", "203.0.113.5"},
                                           {"198.51.100.1, 203.0.113.5 ,\t192.0.2.7", "203.0.113.5"},
                                           {"198.51.100.1, 192.0.2.8", "192.0.2.8"},
                                           {"10.0.0.1, 10.0.0.2", "10.0.0.1"},
                                           {"2001:db8:2::5", "2001:db8:2::5"},
                                           {"2001:DB8:2:0::5, 2001:db8:1::1", "2001:db8:2::5"},
                                           {"[2001:db8:2::5]", "2001:db8:2::5"},
                                           {"[2001:db8:2::5]:443", "2001:db8:2::5"},
                                           {"203.0.113.5:65535", "203.0.113.5"},
                                           {"::ffff:203.0.113.5", "203.0.113.5"},
                                           {"203.0.113.5, ::ffff:10.0.0.1", "203.0.113.5"},
                                           {",203.0.113.5,,", "203.0.113.5"},
                                           {"", kProxy},
                                           {"unknown", kProxy},
                                           {"unknown, 10.0.0.1", "10.0.0.1"},
                                       }));
}

TEST(ClientAddress, LooksAtNothingThatNobodyTrustedHasWritten) {
    expect_clients(with_header("X-Forwarded-For", {
                                                      {"rubbish, 203.0.113.5", "203.0.113.5"},
                                                      {"\", 203.0.113.5", "203.0.113.5"},
                                                      {"unknown, 203.0.113.5", "203.0.113.5"},
                                                  }));
    expect_clients({
        {{{"X-Forwarded-For", "10.0.0.66"}, {"X-Forwarded-For", "203.0.113.5"}}, "203.0.113.5"},
        {{{"Forwarded", "for=\""}, {"Forwarded", "for=203.0.113.5"}}, "203.0.113.5"},
        {{{"Forwarded", "for=198.51.100.1"}, {"Via", "x"}, {"Forwarded", "for=10.0.0.1"}}, "198.51.100.1"},
    });
}

TEST(ClientAddress, IsTheConnectionsWhenXForwardedForIsMalformed) {
    std::vector<std::pair<const char*, const char*>> rows;
    for (const char* value : {"rubbish",
                              "203.0.113.5, rubbish",
                              "203.0.113.5, rubbish, 10.0.0.1",
                              "203.0.113",
                              "203.0.113.256",
                              "203.0.113.5:",
                              "203.0.113.5:x",
                              "203.0.113.5:65536",
                              "203.0.113.5:000001",
                              "203.0.113.5 10.0.0.1",
                              "[203.0.113.5]",
                              "[2001:db8:2::5",
                              "2001:db8:2::5]",
                              "[2001:db8:2::5]443",
                              "[]",
                              "[",
                              "fe80::1%1",
                              "for=203.0.113.5",
                              "\"203.0.113.5\"",
                              "_",
                              "203.0.113.5;"})
        rows.emplace_back(value, kProxy);
    expect_clients(with_header("X-Forwarded-For", rows));
}

TEST(ClientAddress, IsReadFromForwardedFromRightToLeft) {
    expect_clients(with_header(
        "Forwarded", {
                         {"for=203.0.113.5", "203.0.113.5"},
                         {"For=\"203.0.113.5\"", "203.0.113.5"},
                         {"for=\"203.0.113.5:4711\"", "203.0.113.5"},
                         {"FOR=\"[2001:db8:2::17]:4711\"", "2001:db8:2::17"},
                         {"for=\"[2001:db8:2::17]:_x1\"", "2001:db8:2::17"},
                         {"proto=http;for=203.0.113.5;by=10.0.0.1;host=\"a,b;for=\\\"\"", "203.0.113.5"},
                         {"for=198.51.100.1, for=203.0.113.5, for=10.0.0.1", "203.0.113.5"},
                         {"for=198.51.100.1,for=203.0.113.5 ; proto=https,\tfor=10.0.0.1;", "203.0.113.5"},
                         {"for=10.0.0.5", "10.0.0.5"},
                         {"for=203.0.113.5,,", "203.0.113.5"},
                         {"for=\"20\\3.0.113.5\"", "203.0.113.5"},
                         {"", kProxy},
                         {"for=unknown", kProxy},
                         {"for=203.0.113.5, for=Unknown, for=10.0.0.2", "10.0.0.2"},
                         {"for=203.0.113.5, for=\"_SEVKISEK:_p\", for=10.0.0.2", "10.0.0.2"},
                         {"for=203.0.113.5, proto=https, for=10.0.0.2", "10.0.0.2"},
                     }));
}

TEST(ClientAddress, IsTheConnectionsWhenForwardedIsMalformed) {
    std::vector<std::pair<const char*, const char*>> rows;
    for (const char* value : {"203.0.113.5",
                              "for",
                              "for=",
                              "for =203.0.113.5",
                              "for= 203.0.113.5",
                              "=203.0.113.5",
                              "for=203.0.113.5 for=10.0.0.1",
                              "for=203.0.113.5;for=203.0.113.5",
                              "for=\"203.0.113.5",
                              "for=\"",
                              "for=\"\\",
                              "for=\"203.0.113.5\"x",
                              "for=203.0.113.5:80",
                              "for=[2001:db8:2::17]",
                              "for=\"\"",
                              "for=_",
                              "for=\"_ x\"",
                              "for=rubbish",
                              "for=203.0.113.5, for=rubbish",
                              "for=203.0.113.5, rubbish",
                              "for=203.0.113.5, for=\"",
                              "for=203.0.113.5|"})
        rows.emplace_back(value, kProxy);
    expect_clients(with_header("Forwarded", rows));
}

TEST(ClientAddress, IsTheConnectionsWhenTheHeadersDisagree) {
    expect_clients({
        {{{"Forwarded", "for=203.0.113.5"}, {"X-Forwarded-For", "203.0.113.5"}}, "203.0.113.5"},
        {{{"Forwarded", "for=203.0.113.5, for=10.0.0.1"}, {"X-Forwarded-For", "198.51.100.1, 203.0.113.5"}},
         "203.0.113.5"},
        {{{"Forwarded", "for=203.0.113.66"}, {"X-Forwarded-For", "203.0.113.5"}}, kProxy},
        {{{"Forwarded", "rubbish"}, {"X-Forwarded-For", "203.0.113.5"}}, kProxy},
        {{{"Forwarded", "for=203.0.113.5"}, {"X-Forwarded-For", "rubbish"}}, kProxy},
        {{{"Forwarded", "rubbish"}, {"X-Forwarded-For", "rubbish"}}, kProxy},
    });
}

struct Membership {
    const char* list;
    const char* address;
    bool trusted;
};

TEST(TrustedProxies, AreAddressesAndNetworksOfBothFamilies) {
    for (const Membership& m : {Membership{"", "192.0.2.1", false},
                                {" ", "192.0.2.1", false},
                                {"192.0.2.1", "192.0.2.1", true},
                                {"192.0.2.1", "192.0.2.2", false},
                                {"192.0.2.1/32", "192.0.2.1", true},
                                {"192.0.2.0/25", "192.0.2.127", true},
                                {"192.0.2.0/25", "192.0.2.128", false},
                                {"192.0.2.77/24", "192.0.2.1", true},
                                {"0.0.0.0/0", "203.0.113.5", true},
                                {"0.0.0.0/0", "2001:db8::1", false},
                                {"::/0", "2001:db8::1", true},
                                {"::/0", "203.0.113.5", false},
                                {"2001:db8::/33", "2001:db8:7fff::1", true},
                                {"2001:db8::/33", "2001:db8:8000::1", false},
                                {"2001:db8::1", "2001:db8::1", true},
                                {"2001:db8::1", "2001:db8::2", false},
                                {"::ffff:10.0.0.0/104", "10.1.1.1", true},
                                {"::ffff:10.0.0.0/104", "11.1.1.1", false},
                                {"::ffff:10.0.0.1", "10.0.0.1", true},
                                {"::ffff:10.0.0.1", "10.0.0.2", false},
                                {"192.0.2.1 ,\t10.0.0.0/8", "10.9.9.9", true}}) {
        const auto proxies = TrustedProxies::parse(m.list);
        ASSERT_TRUE(proxies) << m.list << ": " << proxies.error().message;
        EXPECT_EQ(proxies->contains(boost::asio::ip::make_address(m.address)), m.trusted)
            << m.list << " " << m.address;
    }
}

TEST(TrustedProxies, AreRefusedWithTheTextOfWhatIsWrong) {
    for (const char* wrong : {"x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "10.0.0.0/8/8",
                              "10.0.0", "10.0.0.0-8", "::/129", "2001:db8::%1", "[::1]", "proxy.example",
                              "::ffff:10.0.0.0/8", "10.0.0.1:80"}) {
        const auto proxies = TrustedProxies::parse(std::string("192.0.2.1, ") + wrong + ",::1");
        ASSERT_FALSE(proxies) << wrong;
        EXPECT_EQ(proxies.error().kind, ErrorKind::invalid);
        EXPECT_NE(proxies.error().message.find("'" + std::string(wrong) + "'"), std::string::npos)
            << proxies.error().message;
    }
    for (const char* list : {",", "192.0.2.1,", ",192.0.2.1", "192.0.2.1,,192.0.2.2"})
        EXPECT_FALSE(TrustedProxies::parse(list)) << list;
}

}  // namespace
}  // namespace api
