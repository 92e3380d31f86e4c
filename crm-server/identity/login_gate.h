// Logins one after the other where the throttle says so: the waiting, and nothing else.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/identity/accounts.h"
#include "crm-server/identity/login_throttle.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <tl/expected.hpp>

namespace identity {

struct LoginGateOptions {
    LoginThrottleOptions throttle = {};
    /// Logins that wait at once, of all peers and of one.
    std::size_t waiting = 256;
    std::size_t peer_waiting = 64;
    std::chrono::milliseconds patience{10'000};
};

struct LoginError : Error {
    /// unavailable because too many logins wait or this one has waited too long, not for the database's sake.
    bool crowded = false;
};

/// Lets logins through to what checks them as LoginThrottle admits them; those that are to wait wait in the
/// order of coming, for no longer than `patience`, so that none waits for ever.
///
/// Belongs to the thread of its loop, which may be destroyed after it with logins still suspended.
class LoginGate {
  public:
    using Check = std::function<common::Task<Result<Session>>(std::string email, std::string password)>;

    /// `check` is Accounts::login: unauthorized is a failure, any other error decides nothing.
    LoginGate(boost::asio::io_context& loop, Check check, LoginGateOptions options = {});

    /// `address` is the client's, numeric. throttled with retry_after after too many failures; unavailable
    /// with `crowded` when the patience or the place to wait was not enough; else as `check` says.
    common::Task<tl::expected<Session, LoginError>> login(std::string email, std::string password,
                                                          std::string address);

    std::size_t waiting() const { return waiters_.size(); }

  private:
    using Clock = LoginThrottle::Clock;
    using Executor = boost::asio::io_context::executor_type;
    using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

    struct Waiter {
        const LoginAttempt& attempt;
        Timer timer;
        LoginThrottle::Admission admission = {};
    };

    common::Task<LoginThrottle::Admission> wait(const LoginAttempt& attempt);
    void end(const LoginAttempt& attempt, LoginThrottle::Outcome outcome);

    boost::asio::io_context& loop_;
    Check check_;
    LoginGateOptions options_;
    LoginThrottle throttle_;
    std::deque<Waiter*> waiters_;
};

}  // namespace identity
