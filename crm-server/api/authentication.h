// Who calls, and how to say who one is (RFC 6750).
#pragma once

#include "common/http/message.h"
#include "crm-server/api/problem.h"
#include "crm-server/api/router.h"

#include <optional>
#include <string_view>

namespace api {

/// The token of "Authorization: Bearer TOKEN"; nullopt when there is none.
std::optional<std::string_view> bearer_token(const common::http::Request& request);

/// Adds to an answer of 401 how to authenticate, which every one of them has to say, and leaves any other as
/// it is. A route that asks for authentication has not found the token good that came with the request, if
/// one did.
void add_challenge(Problem& problem, const common::http::Request& request, Access access);

}  // namespace api
