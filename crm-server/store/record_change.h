// What a change makes of a record: the new values and the difference for the audit record. Pure.
#pragma once

#include "crm-server/crm/entity.h"
#include "crm-server/crm/validation.h"
#include "crm-server/store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace store {

/// The values of all fields that a client may set, in the entity's order.
struct RecordChange {
    Parameters values;
    std::string diff;  // JSON: {"email": {"from": "a@b.example", "to": null}}
    bool changes_anything = false;
};

/// `current` holds the text of each field of the entity, in order.
crm::Validated<RecordChange> apply_patch(const crm::Entity& entity, const Parameters& current,
                                         const crm::Changes& patch);

RecordChange creation(const crm::Changes& changes);

/// The difference that removing a record makes.
std::string removal_diff(const crm::Entity& entity, const Parameters& current);

}  // namespace store
