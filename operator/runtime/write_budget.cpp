#include "operator/runtime/write_budget.h"

#include <algorithm>

namespace runtime {
namespace {

constexpr std::chrono::minutes kSweepEvery{1};

}  // namespace

bool TokenBucket::take(TimePoint now, unsigned reserve) {
    if (holds(reserve + 1) > now) {
        return false;
    }
    full_at_ = std::max(full_at_, now) + size_->every;
    return true;
}

void TokenBucket::give(TimePoint now, unsigned tokens) {
    full_at_ = std::max(full_at_, now) - size_->every * tokens;
}

TimePoint TokenBucket::holds(unsigned tokens) const {
    return full_at_ == TimePoint::min() ? full_at_ : full_at_ - size_->every * (size_->tokens - tokens);
}

std::optional<Duration> WriteBudget::take(const kube::ObjectKey& key, Purpose purpose, TimePoint now) {
    const unsigned reserve = purpose == Purpose::act ? kReserve : 0;
    const std::lock_guard lock(mutex_);
    if (swept_at_ == TimePoint::min() || now - swept_at_ >= kSweepEvery) {
        sweep(now);
    }
    Account& account = accounts_[key];
    account.strained = account.strained && account.bucket.holds(kReserve + kCalm) > now;
    if (account.bucket.take(now, reserve)) {
        return std::nullopt;
    }
    account.strained = true;
    return std::chrono::ceil<Duration>(account.bucket.holds(reserve + 1) - now);
}

void WriteBudget::wish(const kube::ObjectKey& key, TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (const auto account = accounts_.find(key); account != accounts_.end()) {
        account->second.bucket.give(now, kWish);
    }
}

std::optional<TimePoint> WriteBudget::strained_until(const kube::ObjectKey& key, TimePoint now) const {
    const std::lock_guard lock(mutex_);
    const auto account = accounts_.find(key);
    if (account == accounts_.end() || !account->second.strained) {
        return std::nullopt;
    }
    const TimePoint calm = account->second.bucket.holds(kReserve + kCalm);
    return calm > now ? std::optional(calm) : std::nullopt;
}

std::size_t WriteBudget::forget_full(TimePoint now) {
    const std::lock_guard lock(mutex_);
    return sweep(now);
}

std::size_t WriteBudget::sweep(TimePoint now) {
    swept_at_ = now;
    std::erase_if(accounts_,
                  [&](const auto& account) { return account.second.bucket.holds(kSize.tokens) <= now; });
    return accounts_.size();
}

}  // namespace runtime
