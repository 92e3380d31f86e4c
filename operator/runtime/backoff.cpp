#include "operator/runtime/backoff.h"

#include <algorithm>

namespace runtime {
namespace {

/// Between `low` and `high` times the duration.
Duration jittered(Duration duration, double low, double high, double random) {
    const double factor = low + (high - low) * random;
    return std::chrono::duration_cast<Duration>(duration * factor);
}

}  // namespace

Duration Backoff::failed(TimePoint now, double random) {
    const bool start_over = !retried_at_ || now - *retried_at_ >= kHealthy;
    interval_ = start_over ? kFirst : std::min(interval_ * 2, kLongest);
    const Duration wait = jittered(interval_, 0.5, 1.0, random);
    retried_at_ = now + wait;
    return wait;
}

Duration RetryPolicy::failed(const kube::ObjectKey& key, const Error& error, double random) {
    if (error.kind == ErrorKind::invalid) {
        succeeded(key);  // what fails after the change is another failure
        return jittered(kLongest, 0.5, 1.0, random);
    }
    constexpr unsigned kEnough = 16;  // doublings to pass the cap, and never to overflow
    unsigned& failures = failures_[key];
    const Duration interval = std::min(kFirst * (1U << std::min(failures, kEnough)), kLongest);
    ++failures;
    const Duration wait = jittered(interval, 0.5, 1.0, random);
    if (error.retry_after) {
        // All who were sent away were told the same time: spread them behind it.
        return std::max(wait, jittered(*error.retry_after, 1.0, 1.5, random));
    }
    return wait;
}

void RetryPolicy::succeeded(const kube::ObjectKey& key) {
    failures_.erase(key);
}

}  // namespace runtime
