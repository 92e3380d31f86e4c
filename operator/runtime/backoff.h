// How long to wait before trying again. Pure: time and chance are arguments.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"
#include "operator/runtime/environment.h"

#include <optional>
#include <unordered_map>

namespace runtime {

/// For a connection that must be re-established for ever: 0.8 s, doubling to 30 s, each drawn from the upper
/// half of its interval so that clients that lost one server together do not come back together. Starts
/// over after 120 s of health. The values are those of client-go's and kube-rs' watches.
class Backoff {
  public:
    static constexpr Duration kFirst{800};
    static constexpr Duration kLongest{30'000};
    static constexpr Duration kHealthy{120'000};

    /// The wait before the next attempt, after one that failed now. random is in [0, 1).
    Duration failed(TimePoint now, double random);

  private:
    Duration interval_{0};
    std::optional<TimePoint> retried_at_;  // when the attempt after the last wait began
};

/// For reconciles: when to run a key again after an error.
///
/// 50 ms, doubling to 30 s, jittered like Backoff. The first retry is quick because the commonest error, a
/// conflict with another writer, is over at once. The cap bounds how long the end of an outage, or of what
/// a changed object tells about a failing key, goes unnoticed; a thousand broken instances then cost about
/// forty attempts a second.
/// Not thread-safe.
class RetryPolicy {
  public:
    static constexpr Duration kFirst{50};
    static constexpr Duration kLongest{30'000};

    /// What is invalid will most likely be so again, until a rule changes that no watch tells of (an
    /// admission policy): it waits the longest at once. random is in [0, 1).
    Duration failed(const kube::ObjectKey& key, const Error& error, double random);
    void succeeded(const kube::ObjectKey& key);

    /// Keys that failed and did not succeed since.
    std::size_t failing() const { return failures_.size(); }

  private:
    std::unordered_map<kube::ObjectKey, unsigned> failures_;
};

}  // namespace runtime
