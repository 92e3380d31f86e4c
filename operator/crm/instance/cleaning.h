// What no apply can take away, because somebody else wrote it. Pure.
#pragma once

#include "operator/crm/instance/plan.h"

#include <optional>

namespace crm {

/// Takes from an object the owners that have no place there: any but the instance on what holds data, since
/// the garbage collector takes what has lost its owners; another controller on the rest. Takes from what
/// holds data the labels that 0.1.0 gave it as well. Empty when there is nothing of the kind.
std::optional<Action> clean(const Identity& instance, const DesiredObject& desired,
                            const ObservedObject& observed);

}  // namespace crm
