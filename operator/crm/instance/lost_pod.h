// The pod of the database, when nobody sees it: somebody has taken its labels, its StatefulSet has let it go
// and can make no other of that name. Pure.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/instance/plan.h"
#include "operator/crm/observed/observed_state.h"

#include <chrono>
#include <optional>
#include <string>

namespace crm {

/// How long the database has to be without a pod: making one takes a moment.
inline constexpr std::chrono::seconds kTimeForAPod{10};

/// How long it is until the pod should be looked for; empty while there is a pod, or is not to be one. `now`
/// is RFC 3339.
std::optional<std::chrono::seconds> time_until_lost(const CrmInstance& instance, const Observed& observed,
                                                    const std::string& now);

/// Looks for the pod by its name, and gives it its labels again.
Action look_for_pod(const CrmInstance& instance);

}  // namespace crm
