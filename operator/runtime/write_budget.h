// How many writes one key may make, whatever it makes them for: so that an instance that somebody fights
// over, or a fault of ours, costs the API server little. Pure: time is an argument.
#pragma once

#include "operator/kube/object.h"
#include "operator/runtime/environment.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace runtime {

/// Tokens that come back by themselves. Its whole state is when it will be full again.
class TokenBucket {
  public:
    struct Size {
        unsigned tokens;  // when it is full
        Duration every;   // one comes back
    };

    explicit TokenBucket(const Size& size) : size_(&size) {}

    /// Takes one of the tokens beyond the reserve; false when there is none.
    bool take(TimePoint now, unsigned reserve);
    /// Gives some back, up to the full bucket.
    void give(TimePoint now, unsigned tokens);
    /// When there are so many, if none is taken meanwhile.
    TimePoint holds(unsigned tokens) const;

  private:
    const Size* size_;
    TimePoint full_at_ = TimePoint::min();
};

/// A bucket for each key that wrote lately. Thread-safe.
///
/// An instance takes a dozen writes to provision and as many to change in all its parts, a person who tries
/// out what is put back takes two or three each time, and a change of the spec brings its writes with it:
/// what bites is something else.
class WriteBudget {
  public:
    static constexpr TokenBucket::Size kSize{.tokens = 240, .every = Duration{1'500}};
    /// For telling that the rest is gone, so that a key which has been stopped can say so.
    static constexpr unsigned kReserve = 20;
    /// What a wish brings.
    static constexpr unsigned kWish = 20;
    /// So many beyond the reserve, and it counts as calm again: a quarter of a minute without a write.
    static constexpr unsigned kCalm = 10;
    static constexpr int kWritesAMinute = std::chrono::minutes(1) / kSize.every;

    enum class Purpose { act, tell };

    /// Takes a token; else how long to wait for the next one.
    std::optional<Duration> take(const kube::ObjectKey& key, Purpose purpose, TimePoint now);
    void wish(const kube::ObjectKey& key, TimePoint now);

    /// When the key counts as calm again; empty when no write of it was refused, or it is calm since.
    std::optional<TimePoint> strained_until(const kube::ObjectKey& key, TimePoint now) const;

    /// Forgets the keys whose bucket is full again, as take() does from time to time; how many are left.
    std::size_t forget_full(TimePoint now);

  private:
    struct Account {
        TokenBucket bucket{kSize};
        bool strained = false;
    };

    std::size_t sweep(TimePoint now);

    mutable std::mutex mutex_;
    std::unordered_map<kube::ObjectKey, Account> accounts_;
    TimePoint swept_at_ = TimePoint::min();
};

}  // namespace runtime
