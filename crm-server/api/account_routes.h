// Logging in and out, and the API keys of the caller.
#pragma once

#include "crm-server/api/login_throttle.h"
#include "crm-server/api/router.h"
#include "crm-server/store/accounts.h"

#include <vector>

namespace api {

/// Both arguments outlive the routes.
std::vector<Route> account_routes(store::Accounts& accounts, LoginThrottle& throttle);

}  // namespace api
