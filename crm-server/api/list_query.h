// The query of a list: ?limit=50&sort=-createdAt&cursor=…
#pragma once

#include "common/result.h"
#include "crm-server/record/repository.h"

#include <string_view>

namespace api {

/// `invalid`, naming the parameter, when one is unknown, comes twice or is malformed. Whether sort and cursor
/// make sense for the entity is the repository's to say.
Result<record::ListRequest> parse_list_query(std::string_view query);

}  // namespace api
