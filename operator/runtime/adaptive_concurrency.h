// How many keys to work at once, so that a burst and a struggling API server do not choke each other. Pure.
//
// Additive increase, multiplicative decrease: halved when the server shows overload, one more for each
// second without it. Growth follows time and not successes, because most reconciles make no request and so
// prove nothing. Failures of runs that began before the last decrease belong to the load that it already
// answered and do not count again.
#pragma once

#include "common/result.h"
#include "operator/runtime/environment.h"

#include <optional>

namespace runtime {

class AdaptiveConcurrency {
  public:
    static constexpr Duration kGrowEvery{1000};

    /// Starts at the most.
    explicit AdaptiveConcurrency(unsigned most);

    /// Whether an error of this kind shows overload.
    static bool is_overload(ErrorKind kind);

    /// A run that began at `began` ended now in overload.
    void overloaded(TimePoint began, TimePoint now);

    /// Between 1 and the most.
    unsigned limit(TimePoint now) const;
    /// When the limit will be higher than now; empty when it is at the most.
    std::optional<TimePoint> next_growth(TimePoint now) const;

  private:
    const unsigned most_;
    unsigned base_;  // the limit at decreased_at_
    std::optional<TimePoint> decreased_at_;
};

}  // namespace runtime
