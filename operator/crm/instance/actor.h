// Carries out a plan: the one place that writes owned objects.
#pragma once

#include "common/result.h"
#include "operator/crm/instance/contests.h"
#include "operator/crm/instance/plan.h"
#include "operator/crm/observed/stores.h"
#include "operator/crm/report/status.h"
#include "operator/kube/client.h"
#include "operator/runtime/reconciler.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crm {

struct Outcome {
    /// What a person has to put right.
    std::vector<Problem> problems;
    /// Why the reconcile has to run again; the first of them.
    std::optional<Error> error;
    /// The rest of the plan was not tried: the API server is in trouble, or the plan was made from what is
    /// no longer so.
    bool interrupted = false;
};

/// What acting takes.
struct Hands {
    kube::Client& client;
    Stores& stores;
    Contests& contests;
    const std::string& instance;  // its uid
    std::function<runtime::TimePoint()> clock;
    /// Whether the status speaks of the spec as it is: what is written then only puts right.
    bool is_told = false;
    /// Tells of what is in the way so far, when the rest of the plan may take long.
    std::function<void(const std::vector<Problem>&)> tell = [](const std::vector<Problem>&) {};
    std::stop_token stop = {};
};

/// Does the actions in order and shows the stores what came of them. A refused action keeps only what
/// depends on it from being done. What is contested waits, and is a problem until nobody contests it any
/// more.
Outcome act(const Hands& hands, const runtime::Run& run, const std::vector<Action>& actions);

}  // namespace crm
