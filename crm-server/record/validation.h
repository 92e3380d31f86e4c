// The rules that a client's JSON must keep, read from the entity's descriptor. Pure.
#pragma once

#include "crm-server/record/entity.h"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace record {

/// One broken rule, as in the `errors` of a problem document (RFC 9457).
struct Violation {
    std::string pointer;  // JSON pointer (RFC 6901) into the body: "/email"
    std::string detail;   // "must be at most 200 characters"

    bool operator==(const Violation&) const = default;
};
using Violations = std::vector<Violation>;

template <class T>
using Validated = tl::expected<T, Violations>;

/// A value for one column in the text form of PostgreSQL; nullopt is NULL. The entity that `field` points
/// into must outlive it. In a patch, the value of a custom field is still a merge patch: see merge().
struct Change {
    const Field* field;
    std::optional<std::string> value;
};
using Changes = std::vector<Change>;

// Below, `body` and `patch` are objects without NUL characters, and not nested so deep that recursion over
// them could end the stack. At most 50 violations are told.

/// A whole new record: a value for every field that a client may set, defaults filled in, in the entity's
/// order.
Validated<Changes> validate_create(const Entity& entity, const nlohmann::json& body);

/// A merge patch (RFC 7396): only the fields named in it; null clears a field unless it is required.
Validated<Changes> validate_patch(const Entity& entity, const nlohmann::json& patch);

/// Turns a validated custom patch into the new value: RFC 7396 applied to `current` (JSON text, nullopt when
/// NULL).
Validated<std::optional<std::string>> merge(const Change& custom_patch,
                                            const std::optional<std::string>& current);

}  // namespace record
