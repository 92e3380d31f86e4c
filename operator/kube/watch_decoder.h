// Turns the bytes of a watch into events: one JSON object a line, {"type": ..., "object": ...}. Pure.
//
// Objects come whole, metadata.managedFields included, since field_ownership reads it. Who keeps objects
// drops what it does not need (the projection of runtime's Store).
#pragma once

#include "common/result.h"
#include "operator/kube/client.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace kube {

/// For one watch, one thread. After an error it takes no more bytes.
class WatchDecoder {
  public:
    /// An object of etcd has at most 1.5 MiB; a longer line than this is not a watch.
    static constexpr std::size_t kMaxLine = 8 * 1024 * 1024;

    using OnEvent = std::function<void(WatchEvent)>;

    /// Calls on_event for each event that is complete; types it does not know are left out. Fails with the
    /// error of an ERROR event (expired: list again), with internal when the bytes are no watch.
    Result<void> feed(std::string_view bytes, const OnEvent& on_event);

    /// To be called when the watch has ended: unavailable when it was cut inside an event.
    Result<void> finish() const;

  private:
    std::string partial_;
};

}  // namespace kube
