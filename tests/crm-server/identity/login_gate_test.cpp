#include "crm-server/identity/login_gate.h"

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace identity {
namespace {

using common::Task;
using LoginResult = tl::expected<Session, LoginError>;
using Executor = boost::asio::io_context::executor_type;
using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// A password that is being checked until the test says how it was.
struct Checking {
    std::string password;
    Timer timer;
    Result<Session> result = fail(ErrorKind::internal, "");
    bool throws = false;
};

struct Checks {
    std::deque<Checking*> at_work;  // in the order of coming
    std::size_t begun = 0;
    std::size_t most_at_once = 0;
};

Task<Result<Session>> check(boost::asio::io_context& loop, Checks& checks, std::string password) {
    Checking self{std::move(password), Timer(loop.get_executor(), Timer::time_point::max())};
    checks.at_work.push_back(&self);
    ++checks.begun;
    checks.most_at_once = std::max(checks.most_at_once, checks.at_work.size());
    boost::system::error_code ignored;
    co_await self.timer.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), ignored));
    if (self.throws) throw std::runtime_error("thrown by the check");
    co_return std::move(self.result);
}

Task<void> keep(Task<LoginResult> login, std::optional<LoginResult>& result) {
    result.emplace(co_await std::move(login));
}

class LoginGateTest : public testing::Test {
  protected:
    LoginGateTest() { use({}); }

    void use(LoginGateOptions options) {
        gate_.emplace(
            loop_,
            [this](std::string, std::string password) { return check(loop_, checks_, std::move(password)); },
            options);
    }
    std::optional<LoginResult>& begin(const std::string& password = "", const char* address = "192.0.2.1",
                                      const char* email = "a@crm.example") {
        std::optional<LoginResult>& result = results_.emplace_back();
        boost::asio::co_spawn(loop_.get_executor(), keep(gate_->login(email, password, address), result),
                              [this](std::exception_ptr error) { thrown_ += error ? 1 : 0; });
        settle();
        return result;
    }
    /// Runs what can be run without waiting.
    void settle() {
        loop_.restart();
        loop_.poll();
    }
    /// Ends the check that began first.
    void finish(Result<Session> result, bool throws = false) {
        ASSERT_FALSE(checks_.at_work.empty());
        Checking& first = *checks_.at_work.front();
        checks_.at_work.pop_front();
        first.result = std::move(result);
        first.throws = throws;
        first.timer.cancel();
        settle();
    }
    static Result<Session> right() { return Session{"token", ""}; }
    static Result<Session> wrong() { return fail(ErrorKind::unauthorized, "wrong"); }

    boost::asio::io_context loop_{1};
    Checks checks_;
    std::deque<std::optional<LoginResult>> results_;
    int thrown_ = 0;
    std::optional<LoginGate> gate_;
};

TEST_F(LoginGateTest, LetsInAllWhoComeAtOnceWithTheRightPassword) {
    for (int i = 0; i < 24; ++i) begin();
    EXPECT_EQ(gate_->waiting(), 14U);
    while (!checks_.at_work.empty()) finish(right());
    for (const auto& result : results_) EXPECT_TRUE(result && *result);
    EXPECT_EQ(checks_.begun, 24U);
    EXPECT_EQ(checks_.most_at_once, 10U);
    EXPECT_EQ(gate_->waiting(), 0U);
}

TEST_F(LoginGateTest, RefusesWhoeverWaitedWhenThoseBeforeHaveFailed) {
    for (int i = 0; i < 15; ++i) begin();
    for (int i = 0; i < 10; ++i) finish(wrong());
    EXPECT_EQ(checks_.begun, 10U) << "no more passwords were tried";
    for (std::size_t i = 0; i < 15; ++i) {
        ASSERT_TRUE(results_[i] && !*results_[i]);
        const LoginError& error = results_[i]->error();
        EXPECT_EQ(error.kind, i < 10 ? ErrorKind::unauthorized : ErrorKind::throttled);
        EXPECT_EQ(error.retry_after.has_value(), i >= 10);
    }
}

TEST_F(LoginGateTest, GivesBackWhatDecidedNothing) {
    for (int i = 0; i < 30; ++i) {
        begin();
        finish(fail(i % 2 == 0 ? ErrorKind::unavailable : ErrorKind::throttled, "no answer"));
        EXPECT_EQ(results_.back()->error().message, "no answer");
        EXPECT_FALSE(results_.back()->error().crowded);
    }
    for (int i = 0; i < 30; ++i) {
        begin();
        finish(wrong(), true);
    }
    EXPECT_EQ(thrown_, 30);
    begin();
    finish(right());
    EXPECT_TRUE(*results_.back());
}

TEST_F(LoginGateTest, LetsThemGoOnInTheOrderOfComing) {
    use({.throttle = {.failures = 1}});
    for (const char* password : {"first", "second", "third"}) begin(password);
    for (const char* password : {"first", "second", "third"}) {
        ASSERT_EQ(checks_.at_work.size(), 1U);
        EXPECT_EQ(checks_.at_work.front()->password, password);
        finish(right());
    }
}

TEST_F(LoginGateTest, CountsAnAccountHoweverItsAddressIsWrittenAndAPeerByItsNetwork) {
    begin("", "2001:db8::1", "admin@crm.example");
    finish(right());
    for (int i = 0; i < 10; ++i) {
        begin("", i % 2 == 0 ? "2001:db8::1" : "2001:db8::2",
              i % 2 == 0 ? "adm\u0130n@crm.example" : "ADMIN@crm.example");
        finish(wrong());
    }
    EXPECT_EQ(begin("", "2001:db8::3", "admin@crm.example")->error().kind, ErrorKind::throttled);
    EXPECT_FALSE(begin("", "2001:db8:0:1::1", "admin@crm.example")) << "it is checked";
}

TEST_F(LoginGateTest, TakesNoMoreToWaitThanItHasPlacesFor) {
    use({.throttle = {.failures = 1}, .waiting = 3, .peer_waiting = 2});
    for (int i = 0; i < 3; ++i) begin();
    const auto& too_many = begin();
    ASSERT_TRUE(too_many && !*too_many) << "of one peer";
    EXPECT_EQ(too_many->error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(too_many->error().crowded);
    EXPECT_TRUE(too_many->error().retry_after);
    begin("", "192.0.2.2");
    EXPECT_FALSE(begin("", "192.0.2.2")) << "another peer may wait";
    EXPECT_EQ(gate_->waiting(), 3U);
    const auto& one_more = begin("", "192.0.2.2");
    ASSERT_TRUE(one_more && !*one_more) << "all in all";
    EXPECT_TRUE(one_more->error().crowded);
}

TEST_F(LoginGateTest, LetsNobodyWaitForEver) {
    use({.throttle = {.failures = 1}, .patience = std::chrono::milliseconds(1)});
    begin();
    const auto& waited = begin();
    while (!waited) loop_.run_one();
    ASSERT_FALSE(*waited);
    EXPECT_TRUE(waited->error().crowded);
    EXPECT_EQ(gate_->waiting(), 0U);
    finish(right());
    EXPECT_FALSE(begin()) << "nothing is left of it";
    finish(right());
    EXPECT_TRUE(*results_.back());
}

TEST_F(LoginGateTest, MayGoBeforeTheLoginsThatAreSuspendedInIt) {
    for (int i = 0; i < 12; ++i) begin();
    gate_.reset();
    for (const auto& result : results_) EXPECT_FALSE(result);
}

}  // namespace
}  // namespace identity
