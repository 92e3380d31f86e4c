// Whether a database that is to grow has a node to go to. There is one pod of it, which must not be given up
// for one that starts nowhere. Pure.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/observed/observed_state.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace crm {

/// Whether more is asked for than what runs, and nothing has been written for it yet: the nodes are to be
/// asked first.
bool is_about_to_grow(const CrmInstance& instance, const Observed& observed);

/// Why none of the nodes could ever run it; empty when one could, as far as is known. What else runs on a
/// node is not counted: see stranded().
std::string why_no_node_fits(const Footprint& wanted, const std::vector<kube::json>& nodes);

/// How long a pod that was restarted to grow may be without a node until it is taken back: the database is
/// away so long. Others that are about to leave a node take some seconds.
inline constexpr std::chrono::seconds kTimeForANode{20};
/// The same where nodes are known to come on demand: machines take their time to start.
inline constexpr std::chrono::minutes kTimeForANewNode{10};

/// A pod that was restarted to grow and that no node takes.
struct Stranded {
    std::string why;            // in the words of the scheduler
    std::chrono::seconds left;  // until it is to be taken back
};

/// Nothing when it has a node, or nothing can be gone back to. By the time that the pod itself tells, which a
/// restart of the operator does not change; now is RFC 3339.
std::optional<Stranded> stranded(const CrmInstance& instance, const Observed& observed,
                                 std::chrono::seconds patience, const std::string& now);

}  // namespace crm
