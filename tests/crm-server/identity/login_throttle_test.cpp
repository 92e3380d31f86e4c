#include "crm-server/identity/login_throttle.h"

#include <string>

#include <gtest/gtest.h>

namespace identity {
namespace {

using std::chrono::seconds;
using Outcome = LoginThrottle::Outcome;
using Verdict = LoginThrottle::Admission::Verdict;

constexpr LoginThrottle::Clock::time_point kNow{};

constexpr LoginThrottleOptions kSmall{.failures = 3,
                                      .peer_failures = 6,
                                      .window = seconds(60),
                                      .in_flight = 5,
                                      .peer_in_flight = 4,
                                      .capacity = 100,
                                      .known_accounts = 4,
                                      .known_peers = 2};

class LoginThrottleTest : public testing::Test {
  protected:
    Verdict admit(const std::string& account, const std::string& peer, seconds at = seconds(0)) {
        return throttle_.admit({account, peer}, kNow + at).verdict;
    }
    void end(const std::string& account, const std::string& peer, Outcome outcome, seconds at = seconds(0)) {
        throttle_.end({account, peer}, outcome, kNow + at);
    }
    void login(const std::string& account, const std::string& peer, Outcome outcome,
               seconds at = seconds(0)) {
        ASSERT_EQ(admit(account, peer, at), Verdict::go) << account << " from " << peer;
        end(account, peer, outcome, at);
    }
    void fail(const std::string& account, const std::string& peer, int times = 1, seconds at = seconds(0)) {
        for (int i = 0; i < times; ++i) login(account, peer, Outcome::failed, at);
    }
    bool is_refused(const std::string& account, const std::string& peer, seconds at = seconds(0)) {
        const Verdict verdict = admit(account, peer, at);
        if (verdict == Verdict::go) end(account, peer, Outcome::undecided, at);
        EXPECT_NE(verdict, Verdict::wait);
        return verdict == Verdict::refused;
    }
    void use(LoginThrottleOptions options) { throttle_ = LoginThrottle(options); }

    LoginThrottle throttle_{kSmall};
};

TEST_F(LoginThrottleTest, RefusesAfterSoManyFailuresAndSaysForHowLong) {
    fail("a", "1", 3);
    const auto refused = throttle_.admit({"a", "1"}, kNow + seconds(20));
    EXPECT_EQ(refused.verdict, Verdict::refused);
    EXPECT_EQ(refused.retry_after, seconds(40));
}

TEST_F(LoginThrottleTest, AdmitsAgainWhenTheWindowHasEnded) {
    fail("a", "1", 3);
    EXPECT_TRUE(is_refused("a", "1", seconds(59)));
    fail("a", "1", 3, seconds(60));
    EXPECT_TRUE(is_refused("a", "1", seconds(60)));
}

TEST_F(LoginThrottleTest, CountsEachAccountAndEachPeerForItself) {
    fail("a", "1", 3);
    EXPECT_FALSE(is_refused("b", "1"));
    EXPECT_FALSE(is_refused("a", "2"));
}

TEST_F(LoginThrottleTest, CountsFailuresOnly) {
    for (int i = 0; i < 50; ++i) {
        login("a", "1", Outcome::succeeded);
        login("b", "1", Outcome::undecided);
    }
    EXPECT_EQ(throttle_.windows(), 0U);
}

TEST_F(LoginThrottleTest, LetsWaitWhoeverWouldNotFitInIfThoseInFlightFailed) {
    fail("a", "1");
    EXPECT_EQ(admit("a", "1"), Verdict::go);
    EXPECT_EQ(admit("a", "1"), Verdict::go);
    EXPECT_EQ(admit("a", "1"), Verdict::wait);
    EXPECT_EQ(admit("b", "1"), Verdict::go) << "of another account";
    end("a", "1", Outcome::undecided);
    EXPECT_EQ(admit("a", "1"), Verdict::go) << "that one is given back";
    end("a", "1", Outcome::failed);
    EXPECT_EQ(admit("a", "1"), Verdict::wait);
    end("a", "1", Outcome::failed);
    EXPECT_EQ(admit("a", "1"), Verdict::refused);
}

TEST_F(LoginThrottleTest, LetsWaitWhenTooManyAreInFlightFromOnePeerOrAllInAll) {
    for (const char* account : {"a", "b", "c", "d"}) EXPECT_EQ(admit(account, "1"), Verdict::go);
    EXPECT_EQ(admit("e", "1"), Verdict::wait);
    EXPECT_EQ(admit("e", "2"), Verdict::go);
    EXPECT_EQ(admit("f", "3"), Verdict::wait);
    end("a", "1", Outcome::undecided);
    EXPECT_EQ(admit("f", "3"), Verdict::go);
}

TEST_F(LoginThrottleTest, CountsAnAttemptThatEndsAfterItsWindowInTheNext) {
    fail("a", "1", 2);
    ASSERT_EQ(admit("a", "1"), Verdict::go);
    end("a", "1", Outcome::failed, seconds(70));
    EXPECT_FALSE(is_refused("a", "1", seconds(70)));
    fail("a", "1", 2, seconds(70));
    EXPECT_TRUE(is_refused("a", "1", seconds(129)));
    EXPECT_FALSE(is_refused("a", "1", seconds(130)));
}

TEST_F(LoginThrottleTest, ForgetsTheFailuresOfItsPairAfterASuccess) {
    fail("a", "1", 2);
    login("a", "1", Outcome::succeeded);
    fail("a", "1", 2);
    EXPECT_FALSE(is_refused("a", "1"));
}

TEST_F(LoginThrottleTest, RefusesAPeerThatHasFailedTooOftenForWhateverAccount) {
    fail("a", "1", 3);
    fail("b", "1", 3);
    EXPECT_TRUE(is_refused("c", "1"));
    EXPECT_FALSE(is_refused("c", "2"));
    EXPECT_FALSE(is_refused("c", "1", seconds(60)));
}

TEST_F(LoginThrottleTest, SellsNoGuessesForASuccessWithAnotherAccount) {
    fail("a", "1", 3);
    fail("b", "1", 2);
    login("own", "1", Outcome::succeeded);
    fail("b", "1");
    EXPECT_TRUE(is_refused("c", "1"));
}

TEST_F(LoginThrottleTest, NeverForgetsWhatIsLocked) {
    use({.failures = 3, .peer_failures = 6, .window = seconds(60), .capacity = 8});
    fail("victim", "attacker", 3);
    for (int peer = 0; peer < 100; ++peer) {
        const auto text = std::to_string(peer);
        for (const char* account : {"a", "b", "c"}) fail(account, text);
        ASSERT_TRUE(is_refused("victim", "attacker")) << peer;
    }
    EXPECT_LE(throttle_.windows(), 16U);
    EXPECT_TRUE(is_refused("victim", "attacker", seconds(59)));
    EXPECT_FALSE(is_refused("victim", "attacker", seconds(60)));
}

TEST_F(LoginThrottleTest, ForgetsTheOldestThatIsNotLockedWhenItIsFull) {
    use({.failures = 3, .peer_failures = 100, .window = seconds(60), .capacity = 40});
    fail("old", "1", 2);
    fail("next", "1", 2);
    for (int i = 0; i < 39; ++i) fail(std::to_string(i), "1");
    fail("next", "1");
    EXPECT_TRUE(is_refused("next", "1"));
    fail("old", "1");
    EXPECT_FALSE(is_refused("old", "1")) << "that was the first of its window";
}

TEST_F(LoginThrottleTest, RefusesWhomItDoesNotKnowWhenAllIsLocked) {
    use({.failures = 1, .peer_failures = 6, .window = seconds(60), .capacity = 8});
    login("a", "known", Outcome::succeeded);
    for (int i = 0; i < 8; ++i) fail("victim", std::to_string(i), 1, seconds(i));
    const auto refused = throttle_.admit({"a", "new"}, kNow + seconds(20));
    EXPECT_EQ(refused.verdict, Verdict::refused);
    EXPECT_EQ(refused.retry_after, seconds(40)) << "until the first one ends";
    EXPECT_TRUE(is_refused("b", "known", seconds(20))) << "not for that account";
    EXPECT_FALSE(is_refused("a", "known", seconds(20)));
    fail("a", "known", 1, seconds(20));
    EXPECT_TRUE(is_refused("a", "known", seconds(20))) << "known peers are counted all the same";
    EXPECT_FALSE(is_refused("a", "new", seconds(60)));
}

TEST_F(LoginThrottleTest, LetsWaitForTheRoomThatThoseInFlightMayTake) {
    use({.failures = 1, .window = seconds(60), .capacity = 2});
    EXPECT_EQ(admit("a", "1"), Verdict::go);
    EXPECT_EQ(admit("b", "2"), Verdict::go);
    EXPECT_EQ(admit("c", "3"), Verdict::wait);
    end("a", "1", Outcome::failed);
    EXPECT_EQ(admit("c", "3"), Verdict::wait);
    end("b", "2", Outcome::failed);
    EXPECT_EQ(admit("c", "3"), Verdict::refused);
    EXPECT_TRUE(is_refused("a", "1"));
    EXPECT_TRUE(is_refused("b", "2"));
}

TEST_F(LoginThrottleTest, LetsNoStrangerLockOutAPeerThatHasLoggedInBefore) {
    login("a", "1", Outcome::succeeded);
    fail("x", "1", 3);
    fail("y", "1", 3);
    ASSERT_TRUE(is_refused("z", "1")) << "the peer is locked";
    EXPECT_FALSE(is_refused("a", "1"));
    fail("a", "1", 3);
    EXPECT_TRUE(is_refused("a", "1"));
}

TEST_F(LoginThrottleTest, UnlocksNothingByBecomingKnownOrForgotten) {
    login("a", "1", Outcome::succeeded);
    fail("a", "1", 3);
    login("a", "2", Outcome::succeeded);
    login("a", "3", Outcome::succeeded);
    EXPECT_TRUE(is_refused("a", "1")) << "two others are known now";
}

struct KnownCase {
    const char* account;
    const char* peer;
    bool known;
};

TEST(KnownPeers, RemembersTheLastPeersOfTheLastAccounts) {
    KnownPeers known(2, 2);
    for (const auto& [account, peer] :
         {std::pair("a", "1"), {"b", "1"}, {"b", "2"}, {"b", "3"}, {"b", "4"}, {"b", "3"}})
        known.remember({account, peer});
    for (const KnownCase& c : {KnownCase{"a", "1", true},
                               {"a", "2", false},
                               {"b", "1", false},
                               {"b", "2", false},
                               {"b", "3", true},
                               {"b", "4", true},
                               {"c", "1", false}})
        EXPECT_EQ(known.contains({c.account, c.peer}), c.known) << c.account << " " << c.peer;
    known.remember({"b", "5"});
    EXPECT_FALSE(known.contains({"b", "4"})) << "3 was there later";
    known.remember({"c", "1"});
    EXPECT_FALSE(known.contains({"a", "1"})) << "the account that nobody has logged in to for longest";
    EXPECT_TRUE(known.contains({"b", "5"}));
    EXPECT_TRUE(known.contains({"c", "1"}));
}

TEST(LoginAttempt, TellsAccountAndPeerApart) {
    EXPECT_FALSE(LoginAttempt("a", "b").pair == LoginAttempt("b", "a").pair);
    EXPECT_FALSE(LoginAttempt("a b", "c").pair == LoginAttempt("a", "b c").pair);
}

}  // namespace
}  // namespace identity
