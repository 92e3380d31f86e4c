// Objects and clocks for the tests of the runtime.
#pragma once

#include "operator/runtime/environment.h"
#include "operator/runtime/store.h"

#include <chrono>
#include <string>

namespace runtime::test {

using namespace std::chrono_literals;

inline constexpr kube::Kind kWidget{"example.org", "v1", "Widget", "widgets"};

/// A widget that belongs to the key of its label "owner", or to nobody.
inline kube::json widget(const std::string& name, const std::string& owner, int size = 1) {
    kube::json object = {{"apiVersion", "example.org/v1"},
                         {"kind", "Widget"},
                         {"metadata", {{"name", name}, {"namespace", "ns"}}},
                         {"spec", {{"size", size}}}};
    if (!owner.empty()) {
        object["metadata"]["labels"]["owner"] = owner;
    }
    return object;
}

inline kube::json at_version(kube::json object, std::uint64_t version, const std::string& uid = "uid-1") {
    object["metadata"]["resourceVersion"] = std::to_string(version);
    object["metadata"]["uid"] = uid;
    return object;
}

/// The same object, as the wish of a person.
inline kube::json wished(kube::json object, const std::string& wish) {
    object["metadata"]["labels"]["wish"] = wish;
    return object;
}

/// Remembers the spec.
inline Projected project(const kube::json& object) {
    const kube::json labels = object["metadata"].value("labels", kube::json::object());
    const std::string owner = labels.value("owner", "");
    return {owner.empty() ? kube::ObjectKey{} : kube::ObjectKey{"ns", owner}, object.at("spec"),
            labels.value("wish", "")};
}

/// An invented clock and no jitter.
class ManualTime {
  public:
    Environment environment() {
        return {.now = [this] { return now; }, .random = [] { return 0.999999; }};
    }

    TimePoint now{1000s};
};

}  // namespace runtime::test
