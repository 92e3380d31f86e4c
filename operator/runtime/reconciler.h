// What a controller calls for each key: the seam between the runtime and a domain.
#pragma once

#include "common/result.h"
#include "operator/kube/client.h"
#include "operator/kube/object.h"

#include <cstdint>
#include <functional>
#include <stop_token>

namespace runtime {

/// One run of a reconciler.
struct Run {
    kube::ObjectKey key;
    std::uint64_t id = 0;  // of this run alone, for the log lines that belong to it
    /// The one to write with: what this run writes counts against the budget of its key.
    kube::Client& client;
    /// Whether the key has lately been refused a write for its budget.
    std::function<bool()> throttled = [] { return false; };
    std::stop_token stop = {};
};

/// Brings the world of one key to what is wanted. Level-based: it is not told why it runs, and runs again
/// when something changes. An error makes it run again after a growing, jittered delay (or the error's
/// retry_after); ErrorKind::invalid waits the longest at once. Nothing but a person's wish shortens that.
/// Called by several threads at once, never for one key at once.
class Reconciler {
  public:
    virtual ~Reconciler() = default;
    virtual Result<void> reconcile(const Run& run) = 0;
};

}  // namespace runtime
