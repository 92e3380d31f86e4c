// What ails a pod. Pure.
#pragma once

#include "operator/crm/observed/ailment.h"

namespace crm {

std::optional<Ailment> ailment_of_pod(const kube::json& pod);

}  // namespace crm
