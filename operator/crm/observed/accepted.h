// What the API server made of what was applied, where that is something else: a policy may change what is
// written (the registry of an image), and what cannot be changed any more stays as it was. Either is as good
// as what was wanted, and applying it again would change nothing.
#pragma once

#include "operator/kube/object.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace crm {

/// Thread-safe. Few are remembered, and after a start none: then such an object is applied once more.
class Accepted {
  public:
    /// The digest of an object after it was applied, and the one that its manifest has.
    void remember(const kube::ObjectKey& instance, const kube::Kind& kind, const std::string& name,
                  std::uint64_t written, std::uint64_t wanted);

    /// The digest of the manifest when the object is as it was then; otherwise the digest itself.
    std::uint64_t seen_as(const kube::ObjectKey& instance, const kube::Kind& kind, const std::string& name,
                          std::uint64_t digest) const;

    void forget(const kube::ObjectKey& instance);

  private:
    struct Object {
        kube::Kind kind;
        std::string name;
        std::uint64_t written;
        std::uint64_t wanted;
    };

    mutable std::mutex mutex_;
    std::map<kube::ObjectKey, std::vector<Object>> instances_;
};

}  // namespace crm
