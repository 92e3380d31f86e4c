#include "operator/runtime/adaptive_concurrency.h"

#include <algorithm>

namespace runtime {

AdaptiveConcurrency::AdaptiveConcurrency(unsigned most) : most_(std::max(most, 1U)), base_(most_) {}

bool AdaptiveConcurrency::is_overload(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::throttled:
        case ErrorKind::unavailable:
        case ErrorKind::timeout:
            return true;
        case ErrorKind::invalid:
        case ErrorKind::unauthorized:
        case ErrorKind::forbidden:
        case ErrorKind::not_found:
        case ErrorKind::conflict:
        case ErrorKind::expired:
        case ErrorKind::cancelled:
        case ErrorKind::internal:
            return false;
    }
    return false;
}

void AdaptiveConcurrency::overloaded(TimePoint began, TimePoint now) {
    if (decreased_at_ && began <= *decreased_at_) {
        return;
    }
    base_ = std::max(limit(now) / 2, 1U);
    decreased_at_ = now;
}

unsigned AdaptiveConcurrency::limit(TimePoint now) const {
    if (!decreased_at_) {
        return most_;
    }
    const auto grown = std::max<std::chrono::steady_clock::rep>((now - *decreased_at_) / kGrowEvery, 0);
    return grown >= most_ - base_ ? most_ : base_ + static_cast<unsigned>(grown);
}

std::optional<TimePoint> AdaptiveConcurrency::next_growth(TimePoint now) const {
    const unsigned current = limit(now);
    if (current == most_) {
        return std::nullopt;
    }
    return *decreased_at_ + kGrowEvery * (current - base_ + 1);
}

}  // namespace runtime
