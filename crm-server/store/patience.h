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

    /// Nothing is connected. An outage that has begun goes on.
    void disconnected(Clock::time_point now) {
        if (!outage_began_) outage_began_ = now;
    }

    /// Something is connected.
    void connected(Clock::time_point now) {
        if (outage_began_) outage_ended_ = now;
        outage_began_.reset();
    }

    /// Of a call that began to wait at `asked`. An outage may begin and end while it waits: ask again. When
    /// one ends with the first connection, the others are still to come, so the patience begins anew.
    Clock::time_point give_up_at(Clock::time_point asked) const {
        const auto usual = std::max(asked, outage_ended_) + usual_;
        return outage_began_ ? std::max(usual, *outage_began_ + ride_out_) : usual;
    }

  private:
    std::chrono::milliseconds usual_;
    std::chrono::milliseconds ride_out_;
    std::optional<Clock::time_point> outage_began_;  // while nothing is connected
    Clock::time_point outage_ended_;                 // the last one
};

}  // namespace store
