// What a controller calls for each key: the seam between the runtime and a domain.
#pragma once

#include "common/result.h"
#include "operator/kube/object.h"

#include <chrono>
#include <optional>
#include <stop_token>

namespace runtime {

/// What a reconcile wants next: to be called again after a time, or only when something changes.
struct Next {
    std::optional<std::chrono::milliseconds> after;

    static Next when_changed() { return {}; }
    static Next in(std::chrono::milliseconds delay) { return {delay}; }

    bool operator==(const Next&) const = default;
};

/// Brings the world of one key to what is wanted. Level-based: it is not told why it runs.
/// An error makes it run again after a growing, jittered delay (or the error's retry_after);
/// ErrorKind::invalid waits the longest at once.
/// Called by several threads at once, never for one key at once.
class Reconciler {
  public:
    virtual ~Reconciler() = default;
    virtual Result<Next> reconcile(const kube::ObjectKey& key, std::stop_token stop) = 0;
};

}  // namespace runtime
