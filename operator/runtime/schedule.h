// When which key is to be worked: delays, de-duplication and mutual exclusion of keys. Pure.
//
//  - A key waits at most once; of two times the earlier wins, of two priorities the higher.
//  - A key that was taken is not handed out again before done(); added meanwhile, it waits again after it.
//  - A key that failed is held: what wakes it before its time waits for that time, unless it is a wish.
//    Otherwise the noise of a failure (its own status, the objects it did write) would defeat the back-off.
//  - Among the keys that are due, wishes come first, then changes; within a priority, first come, first
//    served.
//  - Keys that wait again after a slow run share a few places: those behind a server that does not answer
//    leave the others theirs.
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

    /// The key to work now, if one is due. A slow one only while fewer than so many of them run.
    std::optional<Taken> take(TimePoint now, std::size_t slow_at_once);
    void done(const kube::ObjectKey& key, bool slow);

    /// When the next take can succeed, if nothing is done before. Empty when none can.
    std::optional<TimePoint> next_due(std::size_t slow_at_once) const;

    /// Keys found due by the latest take and not handed out yet.
    std::size_t ready() const { return ready_.size() + slow_ready_.size(); }
    /// All keys that wait, for a time or for a worker.
    std::size_t waiting() const { return delayed_.size() + ready(); }
    std::size_t running() const { return running_; }

  private:
    struct Item {
        bool running = false;
        bool wanted = false;  // the rest is meaningful
        bool ready = false;   // in ready_ or slow_ready_; otherwise, unless running, in delayed_
        bool slow = false;    // its last run was
        Wake wake;
        TimePoint due;
        TimePoint held_until = TimePoint::min();
        std::uint64_t sequence = 0;
    };
    using Items = std::unordered_map<kube::ObjectKey, Item>;
    using Entry = Items::value_type;

    using ReadyEntries = std::map<std::pair<Priority, std::uint64_t>, Entry*>;

    void insert(Entry& entry);
    void withdraw(const Item& item);
    ReadyEntries& ready_beside(const Item& item) { return item.slow ? slow_ready_ : ready_; }
    Entry* next(std::size_t slow_at_once) const;
    void promote(TimePoint now);

    Items items_;
    std::map<std::pair<TimePoint, std::uint64_t>, Entry*> delayed_;
    ReadyEntries ready_;
    ReadyEntries slow_ready_;
    std::size_t running_ = 0;
    std::size_t slow_running_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace runtime
