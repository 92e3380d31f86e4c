// What is in the way of an instance, as far as its objects tell. Pure.
#pragma once

#include "operator/crm/api/labels.h"
#include "operator/crm/observed/observed_state.h"
#include "operator/crm/report/causes.h"

#include <vector>

namespace crm {

/// A cause, and the part of the instance that it concerns.
struct Finding {
    Component component = Component::server;
    Cause cause = {};

    bool operator==(const Finding&) const = default;
};

/// Which parts are not as they should be: nothing is in the way of the others.
struct Unfinished {
    bool database = false;
    bool migration = false;
    bool server = false;
    /// When the database began or ceased to serve last, RFC 3339: it had a pod then, so what an Event told
    /// before of a pod that could not be made is past. Empty when it never has.
    std::string database_since = {};
};

/// Each reason of a component once. What a person must put right comes first, then the part that others need,
/// then what the table of causes has first.
std::vector<Finding> diagnose(const kube::ObjectKey& instance, const Observed& observed,
                              const Unfinished& unfinished);

}  // namespace crm
