#include "operator/runtime/schedule.h"

#include <algorithm>
#include <cstdlib>

namespace runtime {

void Schedule::add(const kube::ObjectKey& key, TimePoint due, Priority priority) {
    Entry& entry = *items_.try_emplace(key).first;
    Item& item = entry.second;
    if (!item.wanted) {
        item.wanted = true;
        item.ready = false;
        item.due = due;
        item.priority = priority;
        item.sequence = ++sequence_;
    } else {
        if (item.due <= due && item.priority <= priority) {
            return;
        }
        withdraw(item);
        item.due = std::min(item.due, due);
        item.priority = std::min(item.priority, priority);
    }
    insert(entry);
}

std::optional<Schedule::Taken> Schedule::take(TimePoint now) {
    promote(now);
    if (ready_.empty()) {
        return std::nullopt;
    }
    auto& [key, item] = *ready_.begin()->second;
    withdraw(item);
    item.wanted = false;
    item.running = true;
    ++running_;
    return Taken{key, item.due};
}

void Schedule::done(const kube::ObjectKey& key) {
    const auto found = items_.find(key);
    if (found == items_.end() || !found->second.running) {
        std::abort();  // done() without take(): two workers could have had the key
    }
    found->second.running = false;
    --running_;
    if (found->second.wanted) {
        insert(*found);
    } else {
        items_.erase(found);
    }
}

std::optional<TimePoint> Schedule::next_due() const {
    if (!ready_.empty()) {
        return ready_.begin()->second->second.due;
    }
    return delayed_.empty() ? std::nullopt : std::optional(delayed_.begin()->first.first);
}

void Schedule::insert(Entry& entry) {
    const Item& item = entry.second;
    if (item.running) {
        return;  // done() will
    }
    if (item.ready) {
        ready_.emplace(std::pair(item.priority, item.sequence), &entry);
    } else {
        delayed_.emplace(std::pair(item.due, item.sequence), &entry);
    }
}

void Schedule::withdraw(const Item& item) {
    if (item.running) {
        return;
    }
    if (item.ready) {
        ready_.erase({item.priority, item.sequence});
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
