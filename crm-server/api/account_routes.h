// Logging in and out, and the API keys of the caller.
#pragma once

#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"
#include "crm-server/identity/login_throttle.h"

#include <vector>

namespace api {

/// Both arguments outlive the routes.
std::vector<Route> account_routes(identity::Accounts& accounts, identity::LoginThrottle& throttle);

}  // namespace api
