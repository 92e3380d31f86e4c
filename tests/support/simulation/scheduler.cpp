#include "tests/support/simulation/scheduler.h"

#include "common/rfc3339.h"

#include <algorithm>

namespace support::simulation {
namespace {

/// 2030-01-01T00:00:00Z
constexpr std::chrono::seconds kBeginning{1'893'456'000};
/// How far time jumps over those who are due, and how often.
constexpr Duration kHaste{4'000};
constexpr std::size_t kHasteOneIn = 24;

}  // namespace

std::string Scheduler::now_text() const {
    const std::chrono::sys_seconds wall{
        kBeginning + std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch())};
    return common::rfc3339_seconds(wall);
}

void Scheduler::add(Actor& actor) {
    constexpr std::size_t kEagerness[] = {1, 4, 16, 64};
    actors_.push_back({&actor, chance_.among(kEagerness)});
}

void Scheduler::remove(const Actor& actor) {
    std::erase_if(actors_, [&](const Entry& entry) { return entry.actor == &actor; });
}

bool Scheduler::step(TimePoint until) {
    if (hasty_ && chance_.one_in(kHasteOneIn)) {
        now_ = std::max(now_, std::min(until, now_ + chance_.up_to(kHaste)));
    }
    Actor* actor = choose();
    if (actor == nullptr) {
        if (!next_ || *next_ > until) {
            return false;
        }
        now_ = *next_;
        actor = choose();
    }
    actor->act();
    return true;
}

void Scheduler::run(TimePoint until) {
    while (step(until)) {
    }
    now_ = std::max(now_, until);
}

/// Null when nobody is due; next_ is then when somebody will be.
Actor* Scheduler::choose() {
    ready_.clear();
    next_.reset();
    std::size_t total = 0;
    for (const Entry& entry : actors_) {
        const auto due = entry.actor->due();
        if (due && *due <= now_) {
            ready_.push_back(entry);
            total += entry.eagerness;
        } else if (due) {
            next_ = next_ ? std::min(*next_, *due) : *due;
        }
    }
    if (ready_.empty()) {
        return nullptr;
    }
    std::size_t drawn = chance_.draw(total);
    for (const Entry& entry : ready_) {
        if (drawn < entry.eagerness) {
            return entry.actor;
        }
        drawn -= entry.eagerness;
    }
    return ready_.back().actor;
}

}  // namespace support::simulation
