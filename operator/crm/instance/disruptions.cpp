#include "operator/crm/instance/disruptions.h"

#include <utility>
#include <vector>

namespace crm {

Disruptions::Disruptions(std::size_t most_at_once, Wake wake)
    : most_at_once_(most_at_once), wake_(std::move(wake)) {}

bool Disruptions::begin(const kube::ObjectKey& instance) {
    const std::lock_guard lock(mutex_);
    if (!running_.contains(instance) && running_.size() >= most_at_once_) {
        waiting_.insert(instance);
        return false;
    }
    waiting_.erase(instance);
    running_.insert(instance);
    return true;
}

void Disruptions::resume(const kube::ObjectKey& instance) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(instance);
    running_.insert(instance);
}

void Disruptions::end(const kube::ObjectKey& instance) {
    std::vector<kube::ObjectKey> next;
    {
        const std::lock_guard lock(mutex_);
        if (running_.erase(instance) + waiting_.erase(instance) == 0) {
            return;
        }
        for (const kube::ObjectKey& waiting : waiting_) {
            if (running_.size() + next.size() >= most_at_once_) {
                break;
            }
            next.push_back(waiting);
        }
    }
    for (const kube::ObjectKey& woken : next) {
        wake_(woken);
    }
}

}  // namespace crm
