// Whether the database may be restarted. It has one pod, which must not be given up for one that nobody lets
// be made: its successor is tried before. Pure.
#pragma once

#include "operator/crm/observed/refusal.h"
#include "operator/kube/object.h"

#include <string>
#include <vector>

namespace crm {

/// The pod that the controller would make next of a StatefulSet, live or as it is to become, as far as
/// anybody who may refuse it looks, under a name that is free beside it: for a dry run.
kube::json successor(const kube::json& stateful_set, const std::string& uid, const std::string& pod);

/// Whether a quota that refused one more pod has room for it in the place of a pod that is there. While that
/// one is there, the quota counts it too.
bool has_room_in_place_of(const kube::json& pod, const std::vector<Shortage>& shortages);

}  // namespace crm
