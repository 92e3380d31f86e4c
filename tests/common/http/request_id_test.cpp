#include "common/http/request_id.h"

#include <set>

#include <gtest/gtest.h>

namespace common::http {
namespace {

TEST(RequestId, IsTheOneOfTheCallerWhenItIsValid) {
    RequestIds ids;
    Request request;
    request.headers = {{"x-request-id", "0af7651916cd43dd-8448.eb/211c_80319c=="}};
    EXPECT_EQ(ids.id_of(request), "0af7651916cd43dd-8448.eb/211c_80319c==");
}

TEST(RequestId, IsMadeAnewWhenTheCallersCouldForgeALogOrAHeader) {
    RequestIds ids;
    const std::string_view wrong[] = {"", "a b", "a\"b", "a,b", "{}", "\xC3\xA4", std::string_view("a\0", 2)};
    for (const std::string_view text : wrong) {
        Request request;
        request.headers = {{"X-Request-Id", std::string(text)}};
        EXPECT_FALSE(is_request_id(text)) << text;
        EXPECT_NE(ids.id_of(request), text) << text;
    }
    EXPECT_TRUE(is_request_id(std::string(128, 'a')));
    EXPECT_FALSE(is_request_id(std::string(129, 'a')));
}

TEST(RequestId, IsNeverTheSameTwiceAlsoBetweenProcesses) {
    std::set<std::string> seen;
    for (int process = 0; process < 10; ++process) {
        RequestIds ids;
        for (int i = 0; i < 100; ++i) seen.insert(ids.id_of(Request()));
    }
    EXPECT_EQ(seen.size(), 1000U);
    for (const std::string& id : seen) EXPECT_TRUE(is_request_id(id) && id.size() == 32) << id;
}

}  // namespace
}  // namespace common::http
