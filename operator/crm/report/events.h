// The Events that tell what became of an instance. Pure.
//
// Few: one for each thing that a person reading `kubectl describe` wants to know happened. The name of an
// event follows from the transition, so that one told twice, before and after a crash, is one.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/instance_status.h"

#include <string>
#include <vector>

namespace crm {

/// core/v1 Events for the transition from one status to the next; now is RFC 3339.
std::vector<kube::json> events(const Identity& identity, const Status& before, const Status& after,
                               const std::string& now);

}  // namespace crm
