// What the status says of the database's pod. Pure.
#pragma once

#include "operator/crm/report/problem.h"
#include "operator/crm/report/status.h"

#include <string>
#include <vector>

namespace crm {

/// Whether its pod is as wanted. One of an earlier template that differs in nothing that matters may go on.
bool is_database_complete(const Observed& observed, const std::string& instance);

/// What it runs with, and what it could not: a refused wish is not tried again until there has been another.
DatabaseStatus database_status(const StatusInput& input);

/// Those of the input, and the wish that was refused.
std::vector<Problem> problems_with(const DatabaseStatus& database, const StatusInput& input);

}  // namespace crm
