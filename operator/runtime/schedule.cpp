#include "operator/runtime/schedule.h"

#include <algorithm>
#include <cstdlib>

namespace runtime {

bool Schedule::add(const kube::ObjectKey& key, TimePoint due, Wake wake) {
    Entry& entry = *items_.try_emplace(key).first;
    Item& item = entry.second;
    if (wake.priority == Priority::wish) {
        item.held_until = TimePoint::min();
    }
    due = std::max(due, item.held_until);
    const bool added = !item.wanted;
    if (added) {
        item.wanted = true;
        item.ready = false;
        item.due = due;
        item.wake = wake;
        item.sequence = ++sequence_;
    } else {
        if (item.due <= due && item.wake.priority <= wake.priority) {
            return false;
        }
        withdraw(item);
        item.due = std::min(item.due, due);
        if (wake.priority < item.wake.priority) {
            item.wake = wake;
        }
    }
    insert(entry);
    return added;
}

void Schedule::hold(const kube::ObjectKey& key, TimePoint until, std::string_view cause) {
    Entry& entry = *items_.try_emplace(key).first;
    Item& item = entry.second;
    const bool wished = item.wanted && item.wake.priority == Priority::wish;
    if (!wished) {
        item.held_until = until;
        if (item.wanted) {
            withdraw(item);
            item.ready = false;
            item.due = std::max(item.due, until);
            insert(entry);
        }
    }
    add(key, until, {Priority::background, cause});
}

std::optional<Schedule::Taken> Schedule::take(TimePoint now, std::size_t slow_at_once) {
    promote(now);
    Entry* const entry = next(slow_at_once);
    if (entry == nullptr) {
        return std::nullopt;
    }
    auto& [key, item] = *entry;
    withdraw(item);
    item.wanted = false;
    item.held_until = TimePoint::min();
    item.running = true;
    ++running_;
    slow_running_ += item.slow ? 1 : 0;
    return Taken{key, item.due, item.wake.cause};
}

void Schedule::done(const kube::ObjectKey& key, bool slow) {
    const auto found = items_.find(key);
    if (found == items_.end() || !found->second.running) {
        std::abort();  // done() without take(): two workers could have had the key
    }
    found->second.running = false;
    --running_;
    slow_running_ -= found->second.slow ? 1 : 0;
    found->second.slow = slow;
    if (found->second.wanted) {
        insert(*found);
    } else {
        items_.erase(found);
    }
}

std::optional<TimePoint> Schedule::next_due(std::size_t slow_at_once) const {
    if (const Entry* const entry = next(slow_at_once)) {
        return entry->second.due;
    }
    return delayed_.empty() ? std::nullopt : std::optional(delayed_.begin()->first.first);
}

/// The first that is ready and may run.
Schedule::Entry* Schedule::next(std::size_t slow_at_once) const {
    if (slow_ready_.empty() || slow_running_ >= slow_at_once) {
        return ready_.empty() ? nullptr : ready_.begin()->second;
    }
    return ready_.empty() || slow_ready_.begin()->first < ready_.begin()->first ? slow_ready_.begin()->second
                                                                                : ready_.begin()->second;
}

void Schedule::insert(Entry& entry) {
    const Item& item = entry.second;
    if (item.running) {
        return;  // done() will
    }
    if (item.ready) {
        ready_beside(item).emplace(std::pair(item.wake.priority, item.sequence), &entry);
    } else {
        delayed_.emplace(std::pair(item.due, item.sequence), &entry);
    }
}

void Schedule::withdraw(const Item& item) {
    if (item.running) {
        return;
    }
    if (item.ready) {
        ready_beside(item).erase({item.wake.priority, item.sequence});
    } else {
        delayed_.erase({item.due, item.sequence});
    }
}

void Schedule::promote(TimePoint now) {
    while (!delayed_.empty() && delayed_.begin()->first.first <= now) {
        Entry& entry = *delayed_.begin()->second;
        withdraw(entry.second);
        // Served in the order in which they fell due, not in which they were added.
        entry.second.sequence = ++sequence_;
        entry.second.ready = true;
        insert(entry);
    }
}

}  // namespace runtime
