#include "operator/runtime/work_queue.h"

#include <algorithm>
#include <utility>

namespace runtime {

WorkQueue::WorkQueue(Environment environment, unsigned most_at_once)
    : environment_(std::move(environment)), concurrency_(most_at_once) {}

bool WorkQueue::add(const kube::ObjectKey& key, Wake wake, Duration delay) {
    const TimePoint due = environment_.now() + delay;
    bool added = false;
    {
        const std::lock_guard lock(mutex_);
        added = schedule_.add(key, due, wake);
    }
    changed_.notify_one();
    return added;
}

void WorkQueue::hold(const kube::ObjectKey& key, Duration delay, std::string_view cause) {
    const TimePoint until = environment_.now() + delay;
    {
        const std::lock_guard lock(mutex_);
        schedule_.hold(key, until, cause);
    }
    changed_.notify_one();
}

void WorkQueue::open() {
    {
        const std::lock_guard lock(mutex_);
        open_ = true;
    }
    changed_.notify_all();
}

std::optional<WorkQueue::Taken> WorkQueue::take(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const TimePoint now = environment_.now();
        if (auto taken = take_locked(now)) {
            return taken;
        }
        // A wake-up may be for another thread's key or none at all: the loop decides, not the wait.
        bool woken = false;
        const auto wake_once = [&] { return std::exchange(woken, true); };
        if (const auto due = next_due_locked(now)) {
            changed_.wait_until(lock, stop, *due, wake_once);
        } else {
            changed_.wait(lock, stop, wake_once);
        }
    }
    return std::nullopt;
}

std::optional<WorkQueue::Taken> WorkQueue::try_take() {
    const TimePoint now = environment_.now();
    const std::lock_guard lock(mutex_);
    return take_locked(now);
}

void WorkQueue::done(const Taken& taken, bool overload) {
    const TimePoint now = environment_.now();
    {
        const std::lock_guard lock(mutex_);
        schedule_.done(taken.key, now - taken.began > kSlow);
        began_.erase(began_.find(taken.began));
        if (overload) {
            concurrency_.overloaded(taken.began, now);
        }
    }
    changed_.notify_one();
}

std::optional<TimePoint> WorkQueue::next_due() const {
    const TimePoint now = environment_.now();
    const std::lock_guard lock(mutex_);
    return next_due_locked(now);
}

WorkQueue::Size WorkQueue::size() const {
    const TimePoint now = environment_.now();
    const std::lock_guard lock(mutex_);
    Size size{.waiting = schedule_.waiting(),
              .running = schedule_.running(),
              .concurrency = concurrency_.limit(now)};
    for (const TimePoint began : began_) {
        size.running_in_all += now - began;
        size.longest_running = std::max(size.longest_running, now - began);
    }
    return size;
}

std::optional<WorkQueue::Taken> WorkQueue::take_locked(TimePoint now) {
    if (!open_ || schedule_.running() >= concurrency_.limit(now)) {
        return std::nullopt;
    }
    auto taken = schedule_.take(now, slow_at_once(now));
    if (!taken) {
        return std::nullopt;
    }
    began_.insert(now);
    return Taken{std::move(taken->key), now, now - taken->due, taken->cause};
}

std::optional<TimePoint> WorkQueue::next_due_locked(TimePoint now) const {
    const auto due = schedule_.next_due(slow_at_once(now));
    if (!open_ || !due) {
        return std::nullopt;
    }
    if (schedule_.running() < concurrency_.limit(now)) {
        return due;
    }
    const auto growth = concurrency_.next_growth(now);
    return growth ? std::optional(std::max(*due, *growth)) : std::nullopt;
}

/// A quarter of what may run, so that the rest is for those who are served at once.
std::size_t WorkQueue::slow_at_once(TimePoint now) const {
    return std::max(1U, concurrency_.limit(now) / 4);
}

}  // namespace runtime
