// The rules that a client's JSON must keep, read from the entity's descriptor. Pure.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/record/violations.h"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace record {

template <class T>
using Validated = tl::expected<T, Violations>;

/// A value for one column in the text form of PostgreSQL; nullopt is NULL. The entity that `field` points
/// into must outlive it. In a patch, the value of a custom field is still a merge patch, and a field that is
/// read only has the value that the client thinks it has: see apply_change().
struct Change {
    const Field* field;
    std::optional<std::string> value;
    bool removes = false;  // null was sent: `value` is what the field has without one
};
using Changes = std::vector<Change>;

// Below, `body` and `patch` are objects that were parsed strictly (common/strict_json.h).

/// A whole new record: a value for every field that a client may set, defaults filled in, in the entity's
/// order.
Validated<Changes> validate_create(const Entity& entity, const nlohmann::json& body);

/// A merge patch (RFC 7396): only the fields named in it; null gives a field its default again, or clears it.
Validated<Changes> validate_patch(const Entity& entity, const nlohmann::json& patch);

/// The new value of the field of a validated patch whose value is `current`. Custom fields are merged. A
/// field that is read only may be sent as it is, so that a record can be sent back as it was read.
Validated<std::optional<std::string>> apply_change(const Change& change,
                                                   const std::optional<std::string>& current);

}  // namespace record
