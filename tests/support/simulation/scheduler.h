// Who acts next, and what time it is: everything of a simulation happens in one thread, in an order that
// follows from a seed alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace support::simulation {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::milliseconds;

/// Chance that a seed decides, the same with every standard library.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : engine_(seed) {}

    /// From 0 up to, but not including, below.
    std::size_t draw(std::size_t below) { return static_cast<std::size_t>(engine_() % below); }
    bool one_in(std::size_t number) { return draw(number) == 0; }
    /// In [0, 1).
    double fraction() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
    template <class Items>
    const auto& among(const Items& items) {
        return items[draw(std::size(items))];
    }
    Duration up_to(Duration most) {
        return Duration{static_cast<Duration::rep>(draw(std::size_t(most.count()) + 1))};
    }

  private:
    std::mt19937_64 engine_;
};

/// Somebody who acts by himself: a controller, a watch, a person.
class Actor {
  public:
    Actor() = default;
    virtual ~Actor() = default;
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    /// When there is something to do, unless the world changes before; empty: never.
    virtual std::optional<TimePoint> due() const = 0;
    virtual void act() = 0;
};

class Scheduler {
  public:
    explicit Scheduler(std::uint64_t seed, TimePoint begin = {}) : chance_(seed), now_(begin) {}

    Chance& chance() { return chance_; }
    TimePoint now() const { return now_; }
    /// The same in RFC 3339; the simulation begins with the year 2030.
    std::string now_text() const;

    /// The actor must outlive the scheduler or be removed. How eager he is compared with the others, up to 64
    /// times, is drawn: in some schedules one watch is far behind all others.
    void add(Actor& actor);
    void remove(const Actor& actor);

    /// Lets one who is due act. With none, time passes until somebody is, but not beyond `until`: false then.
    bool step(TimePoint until);
    /// Steps until nobody has anything to do before `until`, where time then stands.
    void run(TimePoint until);
    /// Whether time may pass although somebody is due: whoever is slow is then late by the clock, too.
    void set_hasty(bool hasty) { hasty_ = hasty; }

  private:
    struct Entry {
        Actor* actor = nullptr;
        std::size_t eagerness = 1;
    };

    Actor* choose();

    Chance chance_;
    TimePoint now_;
    bool hasty_ = false;
    std::vector<Entry> actors_;
    std::vector<Entry> ready_;  // of the latest choice; kept to be filled again
    std::optional<TimePoint> next_;
};

}  // namespace support::simulation
