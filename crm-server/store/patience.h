// How long a call waits for a connection to the database. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace store {

/// Calls have a little patience, and more while an outage is young: they ride it out.
class Patience {
  public:
    using Clock = std::chrono::steady_clock;

    Patience(std::chrono::milliseconds usual, std::chrono::milliseconds ride_out)
        : usual_(usual), ride_out_(ride_out) {}

    /// A connection broke or could not be made: the others may break or be missing too. An outage that has
    /// begun goes on.
    void disconnected(Clock::time_point now) {
        if (!outage_began_) outage_began_ = now;
    }

    /// Every connection that is wanted is there: a call may need just the last one of them.
    void connected() { outage_began_.reset(); }

    /// Of a call that began to wait at `asked`. An outage may begin and end while it waits: ask again.
    Clock::time_point give_up_at(Clock::time_point asked) const {
        return outage_began_ ? std::max(asked + usual_, *outage_began_ + ride_out_) : asked + usual_;
    }

  private:
    std::chrono::milliseconds usual_;
    std::chrono::milliseconds ride_out_;
    std::optional<Clock::time_point> outage_began_;  // while a connection is missing
};

}  // namespace store
