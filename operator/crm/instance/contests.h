// Who changes back again and again what the operator puts right: paced, so that neither wins by speed.
//
// A change by hand is put right at once, and so is the next. A field of an object that was put right kAtOnce
// times within kWindow is put right after a pause from then on, which doubles. The same goes for an object
// that is deleted again and again.
#pragma once

#include "operator/kube/difference.h"
#include "operator/runtime/environment.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace crm {

struct Contest {
    std::string object;        // "Deployment acme-server"
    std::string field = {};    // ".spec.replicas"; empty when the object itself is deleted
    std::string manager = {};  // who was seen to change it; may be empty
    /// Until it may be put right again; until then it counts as contested.
    runtime::Duration pause{0};
};

/// Thread-safe. Remembers what was put right lately, and nothing else. An instance is known by its uid: that
/// its objects go with it, and come again with the next of its name, is no contest.
class Contests {
  public:
    static constexpr unsigned kAtOnce = 3;
    static constexpr runtime::Duration kWindow = std::chrono::minutes(10);
    static constexpr runtime::Duration kFirstPause = std::chrono::minutes(1);
    static constexpr runtime::Duration kLongestPause = std::chrono::minutes(10);

    /// Whether these fields of an object are to be put right now. Not, while the pause of all of them lasts:
    /// one that nobody contests takes the others with it.
    bool may_put_right(const std::string& instance, const std::string& object,
                       const std::vector<kube::Difference>& differences, runtime::TimePoint now);
    /// They have been: an attempt that was refused is no contest.
    void remember(const std::string& instance, const std::string& object,
                  const std::vector<kube::Difference>& differences, runtime::TimePoint now);

    /// What had to wait, until nobody has changed it for a whole pause.
    std::vector<Contest> of(const std::string& instance, runtime::TimePoint now) const;

  private:
    /// Small, because a change of the whole fleet is remembered as well.
    struct Field {
        std::uint64_t id = 0;
        runtime::TimePoint since = {};  // the window began
        runtime::TimePoint last = {};   // it was put right
        unsigned times = 0;             // within the window
        runtime::Duration pause{0};
        std::optional<std::size_t> contest = std::nullopt;  // where it is told of, once it had to wait
    };
    struct Memory {
        std::vector<Field> fields;
        std::vector<Contest> contests;

        Field* find(std::uint64_t id);
    };

    void sweep(runtime::TimePoint now);

    mutable std::mutex mutex_;
    std::map<std::string, Memory> instances_;
    runtime::TimePoint swept_at_;
};

}  // namespace crm
