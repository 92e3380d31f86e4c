// What a change makes of a record: the new values and the difference for the audit record. Pure.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/record/validation.h"
#include "crm-server/store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace record {

/// The values of all fields that a client may set, in the entity's order.
struct RecordChange {
    store::Parameters values;
    std::string diff;  // JSON: {"email": {"from": "a@b.example", "to": null}}
    bool changes_anything = false;
};

/// `current` holds the text of each field of the entity, in order.
Validated<RecordChange> apply_patch(const Entity& entity, const store::Parameters& current,
                                    const Changes& patch);

RecordChange creation(const Changes& changes);

/// The difference that removing a record makes.
std::string removal_diff(const Entity& entity, const store::Parameters& current);

}  // namespace record
