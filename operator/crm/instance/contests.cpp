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

Contests::Field* Contests::Memory::find(std::uint64_t id) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.id == id; });
    return found == fields.end() ? nullptr : &*found;
}

bool Contests::may_put_right(const std::string& instance, const std::string& object,
                             const std::vector<kube::Difference>& differences, TimePoint now) {
    const std::lock_guard lock(mutex_);
    const auto known = instances_.find(instance);
    if (known == instances_.end() || differences.empty()) {
        return true;
    }
    Memory& memory = known->second;
    std::vector<Field*> contested;
    for (const kube::Difference& difference : differences) {
        Field* const field = memory.find(id_of(object, difference.field));
        if (field == nullptr || !is_paused(*field, now)) {
            return true;
        }
        contested.push_back(field);
    }
    for (std::size_t i = 0; i < contested.size(); ++i) {
        Field& field = *contested[i];
        if (!field.contest) {
            field.contest = memory.contests.size();
            memory.contests.push_back({object, differences[i].field});
        }
        if (!differences[i].manager.empty()) {
            memory.contests[*field.contest].manager = differences[i].manager;
        }
    }
    return false;
}

void Contests::remember(const std::string& instance, const std::string& object,
                        const std::vector<kube::Difference>& differences, TimePoint now) {
    if (differences.empty()) {
        return;
    }
    const std::lock_guard lock(mutex_);
    sweep(now);
    Memory& memory = instances_[instance];
    for (const kube::Difference& difference : differences) {
        const std::uint64_t id = id_of(object, difference.field);
        Field* const field = memory.find(id);
        put_right(field != nullptr ? *field : memory.fields.emplace_back(Field{.id = id}), now);
    }
}

std::vector<Contest> Contests::of(const std::string& instance, TimePoint now) const {
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
