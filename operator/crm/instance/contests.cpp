#include "operator/crm/instance/contests.h"

#include "operator/kube/field_ownership.h"

#include <algorithm>
#include <utility>

namespace crm {

using runtime::Duration;
using runtime::TimePoint;

namespace {

std::uint64_t id_of(const std::string& object, const std::string& field) {
    return kube::digest(kube::json::array({object, field}));
}

template <class Field>
bool is_paused(const Field& field, TimePoint now) {
    return now < field.last + field.pause;
}

/// Nobody changes it any more.
template <class Field>
bool is_over(const Field& field, TimePoint now) {
    return now - field.last > std::max(Contests::kWindow, 2 * field.pause);
}

template <class Field>
void put_right(Field& field, TimePoint now) {
    if (is_over(field, now)) {
        field = {.id = field.id};
    }
    if (field.times == 0 || now - field.since > Contests::kWindow) {
        field.since = now;
        field.times = 0;
    }
    ++field.times;
    field.last = now;
    if (field.pause > Duration{0}) {
        field.pause = std::min(2 * field.pause, Contests::kLongestPause);
    } else if (field.times >= Contests::kAtOnce) {
        field.pause = Contests::kFirstPause;
    }
}

}  // namespace

bool Contests::may_put_right(const kube::ObjectKey& instance, const std::string& object,
                             const std::vector<kube::Difference>& differences, TimePoint now) {
    if (differences.empty()) {
        return true;
    }
    const std::lock_guard lock(mutex_);
    sweep(now);
    Memory& memory = instances_[instance];
    std::vector<std::size_t> concerned;
    for (const kube::Difference& difference : differences) {
        const std::uint64_t id = id_of(object, difference.field);
        const auto found = std::find_if(memory.fields.begin(), memory.fields.end(),
                                        [&](const Field& field) { return field.id == id; });
        concerned.push_back(static_cast<std::size_t>(found - memory.fields.begin()));
        if (found == memory.fields.end()) {
            memory.fields.push_back({.id = id});
        }
    }
    const bool paused = std::all_of(concerned.begin(), concerned.end(),
                                    [&](std::size_t at) { return is_paused(memory.fields[at], now); });
    for (std::size_t i = 0; i < concerned.size(); ++i) {
        Field& field = memory.fields[concerned[i]];
        if (!paused) {
            put_right(field, now);
            continue;
        }
        if (!field.contest) {
            field.contest = memory.contests.size();
            memory.contests.push_back({object, differences[i].field});
        }
        if (!differences[i].manager.empty()) {
            memory.contests[*field.contest].manager = differences[i].manager;
        }
    }
    return !paused;
}

std::vector<Contest> Contests::of(const kube::ObjectKey& instance, TimePoint now) const {
    const std::lock_guard lock(mutex_);
    std::vector<Contest> result;
    if (const auto found = instances_.find(instance); found != instances_.end()) {
        for (const Field& field : found->second.fields) {
            if (field.contest && is_paused(field, now)) {
                result.push_back(found->second.contests[*field.contest]);
                result.back().pause = std::chrono::ceil<Duration>(field.last + field.pause - now);
            }
        }
    }
    return result;
}

void Contests::forget(const kube::ObjectKey& instance) {
    const std::lock_guard lock(mutex_);
    instances_.erase(instance);
}

/// What has been quiet for long enough is nobody's any more.
void Contests::sweep(TimePoint now) {
    if (now - swept_at_ < kFirstPause) {
        return;
    }
    swept_at_ = now;
    std::erase_if(instances_, [&](const auto& entry) {
        const auto& fields = entry.second.fields;
        return std::all_of(fields.begin(), fields.end(),
                           [&](const Field& field) { return is_over(field, now); });
    });
}

}  // namespace crm
