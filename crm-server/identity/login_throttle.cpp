#include "crm-server/identity/login_throttle.h"

#include <algorithm>
#include <optional>

namespace identity {
namespace {

using Admission = LoginThrottle::Admission;

Admission refused_until(LoginThrottle::Clock::time_point end, LoginThrottle::Clock::time_point now) {
    return {Admission::Verdict::refused, std::chrono::ceil<std::chrono::seconds>(end - now)};
}

constexpr Admission kWait{Admission::Verdict::wait};

}  // namespace

bool KnownPeers::contains(const LoginAttempt& attempt) const {
    const auto account = by_key_.find(attempt.account);
    return account != by_key_.end() &&
           std::ranges::find(account->second->peers, attempt.peer) != account->second->peers.end();
}

void KnownPeers::remember(const LoginAttempt& attempt) {
    const auto found = by_key_.find(attempt.account);
    if (found != by_key_.end()) {
        accounts_.splice(accounts_.begin(), accounts_, found->second);
    } else {
        if (accounts_.size() >= most_accounts_) {
            by_key_.erase(accounts_.back().key);
            accounts_.pop_back();
        }
        accounts_.push_front({attempt.account, {}});
        by_key_.emplace(attempt.account, accounts_.begin());
    }
    std::list<ThrottleKey>& peers = accounts_.front().peers;
    peers.remove(attempt.peer);
    peers.push_front(attempt.peer);
    if (peers.size() > most_peers_) peers.pop_back();
}

LoginThrottle::LoginThrottle(LoginThrottleOptions options)
    : options_(options),
      known_(options.known_accounts, options.known_peers),
      pairs_(options.failures, options.window, options.capacity),
      known_pairs_(options.failures, options.window, options.known_accounts * options.known_peers),
      peers_(options.peer_failures, options.window, options.capacity) {}

Admission LoginThrottle::admit(const LoginAttempt& attempt, Clock::time_point now) {
    for (FailureWindows* windows : {&pairs_, &known_pairs_, &peers_}) windows->forget_ended(now);
    const bool known = known_.contains(attempt);
    // A pair that is locked stays so when it becomes known, or is no longer.
    for (const FailureWindows* windows : {&pairs_, &known_pairs_})
        if (const auto end = windows->locked_until(attempt.pair)) return refused_until(*end, now);
    if (!known)
        if (const auto end = peers_.locked_until(attempt.peer)) return refused_until(*end, now);

    // Each attempt in flight may take the room of one more that is locked.
    const auto in_flight = static_cast<std::size_t>(in_flight_);
    bool fits =
        in_flight_ < options_.in_flight && count(peers_in_flight_, attempt.peer) < options_.peer_in_flight;
    const auto consider = [&](const FailureWindows& windows, const ThrottleKey& key, const Counts& counts) {
        fits = fits && in_flight < windows.room() && count(counts, key) < windows.left(key);
        return windows.room() == 0 ? windows.first_end() : std::nullopt;
    };
    if (const auto end = consider(known ? known_pairs_ : pairs_, attempt.pair, pairs_in_flight_))
        return refused_until(*end, now);
    if (!known)
        if (const auto end = consider(peers_, attempt.peer, peers_in_flight_))
            return refused_until(*end, now);
    if (!fits) return kWait;

    ++in_flight_;
    ++pairs_in_flight_[attempt.pair];
    ++peers_in_flight_[attempt.peer];
    return {Admission::Verdict::go};
}

void LoginThrottle::end(const LoginAttempt& attempt, Outcome outcome, Clock::time_point now) {
    --in_flight_;
    release(pairs_in_flight_, attempt.pair);
    release(peers_in_flight_, attempt.peer);
    switch (outcome) {
        case Outcome::succeeded:
            pairs_.erase(attempt.pair);
            known_pairs_.erase(attempt.pair);
            known_.remember(attempt);
            break;
        case Outcome::failed:
            for (FailureWindows* windows : {&pairs_, &known_pairs_, &peers_}) windows->forget_ended(now);
            (known_.contains(attempt) ? known_pairs_ : pairs_).add(attempt.pair, now);
            peers_.add(attempt.peer, now);
            break;
        case Outcome::undecided:
            break;
    }
}

int LoginThrottle::count(const Counts& counts, const ThrottleKey& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

void LoginThrottle::release(Counts& counts, const ThrottleKey& key) {
    const auto found = counts.find(key);
    if (--found->second == 0) counts.erase(found);
}

}  // namespace identity
