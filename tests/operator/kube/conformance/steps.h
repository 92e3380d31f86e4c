// What this project relies on of the Kubernetes API, in steps that are taken twice: against the cluster in
// memory, and against a real API server. So the fake is known to tell the truth.
#pragma once

#include "operator/kube/client.h"

#include <functional>
#include <ostream>
#include <span>
#include <string>

#include <gtest/gtest.h>

namespace kube::conformance {

/// An API server, by the only interface that the product has.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual Client& client() = 0;
    /// Whether the condition comes to hold while others, such as the garbage collector, do their work.
    virtual bool eventually(const std::function<bool()>& condition) = 0;
    /// A version from which no watch can go on any more.
    virtual std::string forgotten_version() = 0;
};

struct Step {
    const char* name;
    void (*take)(Backend& backend);
};

/// Each makes objects of names of its own, in the namespace kNamespace.
std::span<const Step> steps();
inline constexpr const char* kNamespace = "default";

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
    return out << step.name;
}

}  // namespace kube::conformance
