// Slows down guessing of passwords: so many failed logins, then a pause. Pure: who waits, waits elsewhere
// (login_gate.h).
#pragma once

#include "crm-server/identity/failure_windows.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_map>

namespace identity {

struct LoginThrottleOptions {
    int failures = 10;        // of one peer for one account, within one window
    int peer_failures = 100;  // of one peer for all accounts together
    std::chrono::seconds window{300};
    /// At once, of all peers and of one: what the password hasher takes without refusing.
    int in_flight = 32;
    int peer_in_flight = 16;
    /// Windows remembered for pairs of account and peer, and as many for peers.
    std::size_t capacity = 32'768;
    /// Accounts whose peers are known, and peers of each.
    std::size_t known_accounts = 1024;
    std::size_t known_peers = 16;
};

/// One login: whose account, and from where. Both are texts that are equal for what is the same: see
/// email_key() and peer_of().
struct LoginAttempt {
    LoginAttempt(std::string_view account_text, std::string_view peer_text)
        : account(account_text), peer(peer_text), pair(account, peer) {}

    ThrottleKey account;
    ThrottleKey peer;
    ThrottleKey pair;
};

/// The peers that have logged in to an account before: the last ones, of the accounts that were logged in to
/// last. Whoever has no account cannot push any of them out, and who has one only those of his own.
class KnownPeers {
  public:
    KnownPeers(std::size_t accounts, std::size_t peers) : most_accounts_(accounts), most_peers_(peers) {}

    bool contains(const LoginAttempt& attempt) const;
    void remember(const LoginAttempt& attempt);

  private:
    struct Account {
        ThrottleKey key;
        std::list<ThrottleKey> peers;  // the last one first
    };

    std::size_t most_accounts_;
    std::size_t most_peers_;
    std::list<Account> accounts_;  // the last one first
    std::unordered_map<ThrottleKey, std::list<Account>::iterator, ThrottleKey::Hash> by_key_;
};

/// Counts in memory: each server replica for itself, and a restart forgets. Not thread-safe.
///
/// Only failures count. An attempt whose end is not known yet counts as if it were to fail, so that many at
/// once cannot all pass, but whoever does not fit in is to wait for that end instead of being refused.
///
/// `failures` failures lock a pair of account and peer, and `peer_failures` a peer for all accounts, until
/// the end of the window, which began with the first of them. A success forgets the failures of its pair, not
/// of its peer: an account of one's own does not buy guesses at others.
///
/// A peer that has logged in to the account before is known: it has ten failures of its own there whatever
/// else its peer address does, and a full memory does not hit it. Its failures count for others.
///
/// What is locked is never forgotten before its end. What is not is forgotten, oldest first, when the memory
/// is full; when all of it is locked, peers that are not known are refused. With the defaults the memory is
/// at most 12 MB, filling it with windows takes 328 peers (a window is a failure, and a peer has a hundred)
/// and filling it with locked ones 3,277, with 327,680 passwords checked within five minutes: ten times what
/// two threads of the hasher can.
class LoginThrottle {
  public:
    using Clock = FailureWindows::Clock;

    explicit LoginThrottle(LoginThrottleOptions options = {});

    struct Admission {
        enum class Verdict {
            go,       // the attempt is in flight until end() is called for it
            wait,     // ask again when another attempt has ended: at least one is in flight
            refused,  // for as long as retry_after says
        };
        Verdict verdict = Verdict::wait;
        std::chrono::seconds retry_after{0};
    };
    Admission admit(const LoginAttempt& attempt, Clock::time_point now);

    enum class Outcome {
        succeeded,
        failed,
        undecided,  // the password was not checked, or nobody was told: given back
    };
    void end(const LoginAttempt& attempt, Outcome outcome, Clock::time_point now);

    /// Of pairs, peers and known pairs.
    std::size_t windows() const { return pairs_.size() + peers_.size() + known_pairs_.size(); }

  private:
    using Counts = std::unordered_map<ThrottleKey, int, ThrottleKey::Hash>;

    static int count(const Counts& counts, const ThrottleKey& key);
    static void release(Counts& counts, const ThrottleKey& key);

    LoginThrottleOptions options_;
    KnownPeers known_;
    FailureWindows pairs_;
    FailureWindows known_pairs_;
    FailureWindows peers_;
    int in_flight_ = 0;
    Counts pairs_in_flight_;
    Counts peers_in_flight_;
};

}  // namespace identity
