// What an instance's status says. Pure: the same world gives the same status, so that it is written only
// when something changed.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/instance_status.h"
#include "operator/crm/api/settings.h"
#include "operator/crm/observed/observed_state.h"
#include "operator/crm/report/diagnosis.h"
#include "operator/crm/report/problem.h"

#include <string>
#include <vector>

namespace crm {

struct StatusInput {
    const Identity& identity;
    const Spec* spec;  // null when it is not valid, which is then among the problems
    const Status& previous;
    const Observed& observed;
    const Settings& settings;
    const std::vector<Problem>& problems;
    Update update = Update::none;  // how far the operator's own change is
    bool is_changing = false;      // something has still to be written for it
    std::string refusal = {};  // why what is asked for the database fits no node, when that has turned out
    std::vector<Finding> findings = {};  // what is in the way, as the objects tell; what matters more first
    std::string now;                     // RFC 3339
};

/// Which parts are not as they should be.
Unfinished unfinished(const StatusInput& input);

Status status(const StatusInput& input);

}  // namespace crm
