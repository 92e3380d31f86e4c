#include "operator/crm/report/patience.h"

#include <algorithm>

namespace crm {
namespace {

bool tells(const Status& status, const std::string& reason) {
    return std::ranges::any_of(status.conditions,
                               [&](const Condition& condition) { return condition.reason == reason; });
}

}  // namespace

Patience::Judgement Patience::judge(const kube::ObjectKey& instance, std::vector<Finding> findings,
                                    const Status& status, runtime::TimePoint now) {
    Judgement result;
    Since since;
    const std::lock_guard lock(mutex_);
    const auto known = since_.find(instance);
    for (Finding& finding : findings) {
        const CauseRow* row = find_cause(finding.cause.reason);
        const auto patience = row != nullptr ? row->patience : std::chrono::seconds(0);
        if (patience.count() == 0 || tells(status, finding.cause.reason)) {
            result.told.push_back(std::move(finding));
            continue;
        }
        const std::string what = finding.cause.reason + " " + finding.cause.what;
        const bool seen = known != since_.end() && known->second.contains(what);
        const runtime::TimePoint first = seen ? known->second.at(what) : now;
        since[what] = first;
        const auto left = std::chrono::ceil<runtime::Duration>(first + patience - now);
        if (left.count() <= 0) {
            result.told.push_back(std::move(finding));
        } else {
            result.ask_again_in = std::min(result.ask_again_in.value_or(left), left);
        }
    }
    if (!since.empty()) {
        since_[instance] = std::move(since);
    } else if (known != since_.end()) {
        since_.erase(known);
    }
    return result;
}

void Patience::forget(const kube::ObjectKey& instance) {
    const std::lock_guard lock(mutex_);
    since_.erase(instance);
}

}  // namespace crm
