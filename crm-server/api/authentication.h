// Who calls.
#pragma once

#include "common/http/message.h"
#include "common/task.h"
#include "crm-server/api/problem.h"
#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"

#include <string_view>

#include <tl/expected.hpp>

namespace api {

/// The token of "Authorization: Bearer TOKEN" (RFC 6750); 401 when there is none.
tl::expected<std::string_view, Problem> bearer_token(const common::http::Request& request);

/// The principal behind the request: nobody for a route open to anyone; 401 without valid credentials. The
/// request outlives the task.
common::Task<tl::expected<identity::Principal, Problem>> authenticate(identity::Accounts& accounts,
                                                                      const common::http::Request& request,
                                                                      Access access);

}  // namespace api
