// Logging in and out, and the API keys of the caller.
#pragma once

#include "crm-server/api/client_address.h"
#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"
#include "crm-server/identity/login_gate.h"

#include <vector>

namespace api {

/// The arguments outlive the routes.
std::vector<Route> account_routes(identity::Accounts& accounts, identity::LoginGate& gate,
                                  const TrustedProxies& proxies);

}  // namespace api
