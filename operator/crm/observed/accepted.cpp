#include "operator/crm/observed/accepted.h"

#include <algorithm>

namespace crm {

void Accepted::remember(const kube::ObjectKey& instance, const kube::Kind& kind, const std::string& name,
                        std::uint64_t written, std::uint64_t wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = instances_.find(instance);
    if (found != instances_.end()) {
        std::erase_if(found->second,
                      [&](const Object& object) { return object.kind == kind && object.name == name; });
    }
    if (written != wanted) {
        instances_[instance].push_back({kind, name, written, wanted});
    }
}

std::uint64_t Accepted::seen_as(const kube::ObjectKey& instance, const kube::Kind& kind,
                                const std::string& name, std::uint64_t digest) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = instances_.find(instance); found != instances_.end()) {
        for (const Object& object : found->second) {
            if (object.kind == kind && object.name == name && object.written == digest) {
                return object.wanted;
            }
        }
    }
    return digest;
}

void Accepted::forget(const kube::ObjectKey& instance) {
    const std::lock_guard lock(mutex_);
    instances_.erase(instance);
}

}  // namespace crm
