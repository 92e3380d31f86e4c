// Whose turn it is: the operator's own changes to what instances run disrupt few of them at once, over the
// whole fleet, and go on when those before are well again.
#pragma once

#include "operator/kube/object.h"

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>

namespace crm {

/// Thread-safe. Knows only what it was told: who was in the middle of a change when the operator was started
/// has to be told with resume().
class Disruptions {
  public:
    /// Called, outside the lock, with who should ask again.
    using Wake = std::function<void(const kube::ObjectKey&)>;

    Disruptions(std::size_t most_at_once, Wake wake);

    /// True when it may go ahead, until end(). Otherwise it waits, and is woken when its turn has come.
    bool begin(const kube::ObjectKey& instance);
    /// It has gone ahead before, whoever else has.
    void resume(const kube::ObjectKey& instance);
    /// It is well again, or has nothing to change any more, or is gone.
    void end(const kube::ObjectKey& instance);

  private:
    const std::size_t most_at_once_;
    const Wake wake_;
    std::mutex mutex_;
    std::set<kube::ObjectKey> running_;
    std::set<kube::ObjectKey> waiting_;
};

}  // namespace crm
