// When which key is to be worked: delays, de-duplication and mutual exclusion of keys. Pure.
//
//  - A key waits at most once; of two times the earlier wins, of two priorities the higher.
//  - A key that was taken is not handed out again before done(); added meanwhile, it waits again after it.
//  - A key that failed is held: what wakes it before its time waits for that time, unless it is a wish.
//    Otherwise the noise of a failure (its own status, the objects it did write) would defeat the back-off.
//  - Among the keys that are due, wishes come first, then changes; within a priority, first come, first
//    served.
#pragma once

#include "operator/kube/object.h"
#include "operator/runtime/environment.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace runtime {

enum class Priority {
    wish,        // a person asked for something else just now
    change,      // something that is looked after became another just now
    background,  // start-up, relists, own writes, retries and timers
};

/// Why a key is to be worked.
struct Wake {
    Priority priority = Priority::change;
    std::string_view cause = {};  // one word for a metric, of static storage
};

/// Not thread-safe.
class Schedule {
  public:
    struct Taken {
        kube::ObjectKey key;
        TimePoint due;           // since when it has been waiting for a worker
        std::string_view cause;  // the first of the highest priority
    };

    /// False when the key waited already.
    bool add(const kube::ObjectKey& key, TimePoint due, Wake wake);
    /// The key failed: it is worked again at that time and, unless somebody wishes it, not before. A wish
    /// that came since the key was taken is not held.
    void hold(const kube::ObjectKey& key, TimePoint until, std::string_view cause);

    /// The key to work now, if one is due.
    std::optional<Taken> take(TimePoint now);
    void done(const kube::ObjectKey& key);

    /// When the next take can succeed. Empty when no key waits.
    std::optional<TimePoint> next_due() const;

    /// Keys found due by the latest take and not handed out yet.
    std::size_t ready() const { return ready_.size(); }
    /// All keys that wait, for a time or for a worker.
    std::size_t waiting() const { return delayed_.size() + ready_.size(); }
    std::size_t running() const { return running_; }

  private:
    struct Item {
        bool running = false;
        bool wanted = false;  // the rest is meaningful
        bool ready = false;   // in ready_; otherwise, unless running, in delayed_
        Wake wake;
        TimePoint due;
        TimePoint held_until = TimePoint::min();
        std::uint64_t sequence = 0;
    };
    using Items = std::unordered_map<kube::ObjectKey, Item>;
    using Entry = Items::value_type;

    void insert(Entry& entry);
    void withdraw(const Item& item);
    void promote(TimePoint now);

    Items items_;
    std::map<std::pair<TimePoint, std::uint64_t>, Entry*> delayed_;
    std::map<std::pair<Priority, std::uint64_t>, Entry*> ready_;
    std::size_t running_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace runtime
