#include "crm-server/identity/credential_cache.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

using namespace std::chrono_literals;

const CredentialCache::Clock::time_point kNow{1000s};

Principal principal(const std::string& user, const std::string& credential) {
    return {.user_id = user, .credential_id = credential};
}

TEST(CredentialCache, BelievesUntilTheTimeIsUp) {
    CredentialCache cache(10);
    cache.remember("a", principal("u", "c"), kNow + 5s, cache.generation());
    EXPECT_EQ(cache.find("a", kNow + 4999ms)->credential_id, "c");
    EXPECT_FALSE(cache.find("a", kNow + 5s));
    EXPECT_FALSE(cache.find("b", kNow));
}

TEST(CredentialCache, ForgetsACredentialOrAllOfAUser) {
    CredentialCache cache(10);
    cache.remember("a", principal("u", "1"), kNow + 5s, cache.generation());
    cache.remember("b", principal("u", "2"), kNow + 5s, cache.generation());
    cache.remember("c", principal("v", "3"), kNow + 5s, cache.generation());
    cache.forget("1");
    EXPECT_FALSE(cache.find("a", kNow));
    EXPECT_TRUE(cache.find("b", kNow));
    cache.forget_user("u");
    EXPECT_FALSE(cache.find("b", kNow));
    EXPECT_TRUE(cache.find("c", kNow));
}

TEST(CredentialCache, DoesNotLearnFromAnAnswerThatARevocationOvertook) {
    CredentialCache cache(10);
    const auto asked = cache.generation();
    cache.forget("1");
    cache.remember("a", principal("u", "1"), kNow + 5s, asked);
    EXPECT_FALSE(cache.find("a", kNow));
}

TEST(CredentialCache, StaysWithinItsCapacity) {
    CredentialCache cache(100);
    for (int i = 0; i < 1000; ++i) {
        cache.remember(std::to_string(i), principal("u", std::to_string(i)), kNow + 5s, cache.generation());
        EXPECT_LE(cache.size(), 100);
        EXPECT_TRUE(cache.find(std::to_string(i), kNow));
    }
}

}  // namespace
}  // namespace identity
