#include "crm-server/identity/login_throttle.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

using std::chrono::seconds;

constexpr LoginThrottle::Clock::time_point kNow{};

LoginThrottle three_a_minute(std::size_t capacity = 100) {
    return LoginThrottle({.attempts = 3, .window = seconds(60), .capacity = capacity});
}

void use_up(LoginThrottle& throttle, std::string_view email, std::string_view address) {
    for (int i = 0; i < 3; ++i) ASSERT_FALSE(throttle.admit(email, address, kNow));
}

TEST(LoginThrottle, AdmitsSoManyAttemptsAndThenSaysHowLongToWait) {
    LoginThrottle throttle = three_a_minute();
    use_up(throttle, "a@crm.example", "192.0.2.1");
    EXPECT_EQ(throttle.admit("a@crm.example", "192.0.2.1", kNow + seconds(20)), seconds(40));
}

TEST(LoginThrottle, AdmitsAgainWhenTheWindowHasEnded) {
    LoginThrottle throttle = three_a_minute();
    use_up(throttle, "a@crm.example", "192.0.2.1");
    EXPECT_TRUE(throttle.admit("a@crm.example", "192.0.2.1", kNow + seconds(59)));
    EXPECT_FALSE(throttle.admit("a@crm.example", "192.0.2.1", kNow + seconds(60)));
}

TEST(LoginThrottle, CountsEachAccountAndEachAddressForItself) {
    LoginThrottle throttle = three_a_minute();
    use_up(throttle, "a@crm.example", "192.0.2.1");
    EXPECT_FALSE(throttle.admit("b@crm.example", "192.0.2.1", kNow));
    EXPECT_FALSE(throttle.admit("a@crm.example", "192.0.2.2", kNow));
}

TEST(LoginThrottle, TakesTheSameAddressInOtherCaseForTheSameAccount) {
    LoginThrottle throttle = three_a_minute();
    use_up(throttle, "a@crm.example", "192.0.2.1");
    EXPECT_TRUE(throttle.admit("A@CRM.Example", "192.0.2.1", kNow));
}

TEST(LoginThrottle, ForgetsTheFailuresAfterASuccess) {
    LoginThrottle throttle = three_a_minute();
    use_up(throttle, "a@crm.example", "192.0.2.1");
    throttle.succeeded("a@crm.example", "192.0.2.1");
    EXPECT_EQ(throttle.size(), 0U);
    EXPECT_FALSE(throttle.admit("a@crm.example", "192.0.2.1", kNow));
}

TEST(LoginThrottle, RemembersNoMoreThanItsCapacity) {
    LoginThrottle throttle = three_a_minute(2);
    use_up(throttle, "a@crm.example", "192.0.2.1");
    use_up(throttle, "b@crm.example", "192.0.2.1");
    throttle.admit("c@crm.example", "192.0.2.1", kNow);
    EXPECT_EQ(throttle.size(), 2U);
    EXPECT_TRUE(throttle.admit("b@crm.example", "192.0.2.1", kNow)) << "only the oldest is forgotten";
    EXPECT_FALSE(throttle.admit("a@crm.example", "192.0.2.1", kNow));
}

TEST(LoginThrottle, ForgetsWindowsThatHaveEnded) {
    LoginThrottle throttle = three_a_minute();
    throttle.admit("a@crm.example", "192.0.2.1", kNow);
    throttle.admit("b@crm.example", "192.0.2.1", kNow + seconds(60));
    EXPECT_EQ(throttle.size(), 1U);
}

}  // namespace
}  // namespace identity
