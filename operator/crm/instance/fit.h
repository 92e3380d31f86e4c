// Whether a database that is to grow has a node to go to. There is one pod of it, which must not be given up
// for one that starts nowhere. Pure.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/observed/observed_state.h"

#include <string>
#include <vector>

namespace crm {

/// Whether more is asked for than what runs, and nothing has been written for it yet: the nodes are to be
/// asked first.
bool is_about_to_grow(const CrmInstance& instance, const Observed& observed);

/// Why none of the nodes could ever run it; empty when one could, as far as is known. What else runs on a
/// node is not counted: see why_stranded().
std::string why_no_node_fits(const Footprint& wanted, const std::vector<kube::json>& nodes);

/// Why the pod that was restarted to grow starts nowhere; empty when it does, or nothing can be gone back to.
std::string why_stranded(const CrmInstance& instance, const Observed& observed);

}  // namespace crm
