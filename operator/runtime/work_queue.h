// The queue between watches and workers: Schedule and AdaptiveConcurrency behind a lock, with waiting.
#pragma once

#include "operator/runtime/adaptive_concurrency.h"
#include "operator/runtime/schedule.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string_view>

namespace runtime {

/// Thread-safe. A key is worked by one worker at a time; take() and done() come in pairs.
class WorkQueue {
  public:
    /// What takes longer than this waits for somebody: for a webhook as a rule, whose time-out is 10 s.
    static constexpr Duration kSlow{5000};

    struct Taken {
        kube::ObjectKey key;
        TimePoint began;
        TimePoint::duration waited;  // since it was due
        std::string_view cause;      // why it runs
    };
    struct Size {
        std::size_t waiting = 0;  // for a time or for a worker
        std::size_t running = 0;
        unsigned concurrency = 0;              // how many may run now
        TimePoint::duration running_in_all{};  // how long those that run have been doing so, added up
        TimePoint::duration longest_running{};
    };

    WorkQueue(Environment environment, unsigned most_at_once);

    /// False when the key waited already.
    bool add(const kube::ObjectKey& key, Wake wake, Duration delay = Duration{0});
    /// See Schedule::hold.
    void hold(const kube::ObjectKey& key, Duration delay, std::string_view cause);

    /// Nothing is handed out before open(): the world is not known yet.
    void open();

    /// Blocks until a key is due and may run. Empty only when stop was requested.
    std::optional<Taken> take(std::stop_token stop);
    /// The same without blocking; empty when no key is due.
    std::optional<Taken> try_take();

    /// Ends what take began. `overload`: the run showed that the API server has too much to do.
    void done(const Taken& taken, bool overload);

    /// When a take can next succeed, if nothing is added or done; empty when none can.
    std::optional<TimePoint> next_due() const;
    Size size() const;

  private:
    std::optional<Taken> take_locked(TimePoint now);
    std::optional<TimePoint> next_due_locked(TimePoint now) const;
    std::size_t slow_at_once(TimePoint now) const;

    const Environment environment_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    Schedule schedule_;
    AdaptiveConcurrency concurrency_;
    std::multiset<TimePoint> began_;  // of what runs
    bool open_ = false;
};

}  // namespace runtime
