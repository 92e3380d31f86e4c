#include "crm-server/identity/login_gate.h"

#include "crm-server/identity/email_key.h"
#include "crm-server/identity/peer.h"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace identity {
namespace {

constexpr boost::asio::use_awaitable_t<boost::asio::io_context::executor_type> kAwait;

using Admission = LoginThrottle::Admission;
using Outcome = LoginThrottle::Outcome;
using Verdict = LoginThrottle::Admission::Verdict;

Outcome outcome_of(const Result<Session>& session) {
    if (session) return Outcome::succeeded;
    return session.error().kind == ErrorKind::unauthorized ? Outcome::failed : Outcome::undecided;
}

LoginError error_of(const Admission& admission) {
    if (admission.verdict == Verdict::refused)
        return {{ErrorKind::throttled, "Too many failed logins. Try again later.", admission.retry_after}};
    return {{ErrorKind::unavailable, "Too many logins are waiting.", std::chrono::seconds(1)}, true};
}

}  // namespace

LoginGate::LoginGate(boost::asio::io_context& loop, Check check, LoginGateOptions options)
    : loop_(loop), check_(std::move(check)), options_(options), throttle_(options.throttle) {}

common::Task<tl::expected<Session, LoginError>> LoginGate::login(std::string email, std::string password,
                                                                 std::string address) {
    const LoginAttempt attempt(email_key(email), peer_of(address));
    Admission admission = throttle_.admit(attempt, Clock::now());
    if (admission.verdict == Verdict::wait) admission = co_await wait(attempt);
    if (admission.verdict != Verdict::go) co_return tl::unexpected(error_of(admission));

    // Not the destructor of something in this frame, which may outlive the gate.
    Result<Session> session = fail(ErrorKind::internal, "The login was not checked.");
    try {
        session = co_await check_(std::move(email), std::move(password));
    } catch (...) {
        end(attempt, Outcome::undecided);
        throw;
    }
    end(attempt, outcome_of(session));
    if (!session) co_return tl::unexpected(LoginError{std::move(session.error())});
    co_return *std::move(session);
}

/// What the throttle says in the end; still `wait` when there was no place or not enough patience.
common::Task<Admission> LoginGate::wait(const LoginAttempt& attempt) {
    const auto same_peer = [&](const Waiter* waiter) { return waiter->attempt.peer == attempt.peer; };
    const auto of_peer = static_cast<std::size_t>(std::ranges::count_if(waiters_, same_peer));
    if (waiters_.size() >= options_.waiting || of_peer >= options_.peer_waiting) co_return Admission{};

    Waiter waiter{attempt, Timer(loop_.get_executor(), options_.patience)};
    waiters_.push_back(&waiter);
    boost::system::error_code ignored;
    co_await waiter.timer.async_wait(boost::asio::redirect_error(kAwait, ignored));
    std::erase(waiters_, &waiter);
    co_return waiter.admission;
}

/// Whoever waited for this goes on, the first that came first.
void LoginGate::end(const LoginAttempt& attempt, Outcome outcome) {
    const auto now = Clock::now();
    throttle_.end(attempt, outcome, now);
    std::erase_if(waiters_, [&](Waiter* waiter) {
        waiter->admission = throttle_.admit(waiter->attempt, now);
        if (waiter->admission.verdict == Verdict::wait) return false;
        waiter->timer.cancel();
        return true;
    });
}

}  // namespace identity
