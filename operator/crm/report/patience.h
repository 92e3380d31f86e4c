// Holds back what may be a moment's until it has lasted: a pod that the scheduler has not seen yet, a
// container that is still being made.
#pragma once

#include "operator/crm/report/diagnosis.h"
#include "operator/runtime/environment.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace crm {

/// Thread-safe. Remembers instances only while something is held back, or lasts, that may be a moment's.
class Patience {
  public:
    struct Judgement {
        std::vector<Finding> told;
        /// When one that is held back will have lasted, if none goes before.
        std::optional<runtime::Duration> ask_again_in;
    };

    /// What the status tells already is told on.
    Judgement judge(const kube::ObjectKey& instance, std::vector<Finding> findings, const Status& status,
                    runtime::TimePoint now);
    void forget(const kube::ObjectKey& instance);

  private:
    using Since = std::map<std::string, runtime::TimePoint>;  // by reason and what it is about

    std::mutex mutex_;
    std::map<kube::ObjectKey, Since> since_;
};

}  // namespace crm
