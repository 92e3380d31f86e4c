// Takes what 0.1.0 made over in place: without a restart of the database, or a request that fails.
//
// Its workloads select pods by other labels, which cannot be changed, and its pods lack those of today. First
// the pods get them, so that Services find pods of both kinds. Then each workload is deleted over its running
// pods, and the one that is made in its place takes them over. Pure.
#pragma once

#include "operator/crm/instance/plan.h"

#include <vector>

namespace crm {

/// A database pod that is as good as a new one is marked as such besides.
std::vector<Action> label_former_pods(const Identity& instance, const Observed& observed,
                                      const std::vector<DesiredObject>& desired);

/// Whether a workload selects its pods by other labels than it should.
bool is_of_another_selector(const DesiredObject& desired, const ObservedObject& observed);

/// Deletes it over its running pods.
Action release(const DesiredObject& desired, const ObservedObject& observed);

}  // namespace crm
