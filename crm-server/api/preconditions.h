// Conditional requests (RFC 9110, section 13): If-Match and If-None-Match against a record's version.
#pragma once

#include "common/http/message.h"
#include "common/result.h"
#include "crm-server/api/entity_tag.h"

#include <cstdint>
#include <optional>

namespace api {

struct Preconditions {
    std::optional<EntityTagCondition> if_match;
    std::optional<EntityTagCondition> if_none_match;
};

enum class Verdict { proceed, not_modified, failed };

/// `invalid` when a header is malformed.
Result<Preconditions> parse_preconditions(const common::http::Request& request);

/// The verdict for a record that exists. not_modified only for GET and HEAD.
Verdict evaluate(const Preconditions& conditions, std::int64_t version, bool is_read);

/// The version to expect when the conditions say no more than that: then the change itself can check it, and
/// the record need not be read before.
std::optional<std::int64_t> expected_version(const Preconditions& conditions);

/// The entity tag of a record of this version, as in an ETag header.
std::string entity_tag_of(std::int64_t version);

}  // namespace api
