// Create, list, read, change and delete the records of an entity: routes for any descriptor, written once.
#pragma once

#include "crm-server/api/router.h"
#include "crm-server/record/repository.h"

#include <vector>

namespace api {

/// The routes under /api/v1/{plural}. The repository outlives them.
std::vector<Route> entity_routes(record::Repository& repository);

}  // namespace api
