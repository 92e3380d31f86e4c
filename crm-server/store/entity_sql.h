// The SQL of an entity, made from its descriptor. Pure.
#pragma once

#include "crm-server/crm/entity.h"
#include "crm-server/store/database.h"

#include <string>
#include <vector>

namespace store {

/// The statements that list by one field in one direction. Each gives the columns of the entity in order.
/// Nulls come last when ascending and first when descending, as PostgreSQL has it by default.
struct ListSql {
    const crm::Field* field;
    bool descending;
    Statement first;       // ($1 limit)
    Statement after;       // ($1 value, $2 id, $3 limit); by id: ($1 id, $2 limit)
    Statement after_null;  // ($1 id, $2 limit); empty when the field is never null
};

struct EntitySql {
    Statement get;  // ($1 id)
    /// ($1 id, then the fields that a client may set, then actor, audit diff, audit id); gives the record.
    Statement create;
    /// ($1 id, $2 version, then as create); gives the record, or nothing when id and version match no record.
    Statement update;
    /// Before remove, so that the version cannot change between its steps: ($1 id, $2 version)
    Statement lock;
    /// One for each optional field that refers to this entity: ($1 id, $2 version, $3 actor)
    std::vector<Statement> unlink;
    /// ($1 id, $2 version, $3 actor, $4 audit diff, $5 audit id); gives the id, or nothing.
    Statement remove;
    std::vector<ListSql> lists;
};

/// `entities` are all that may refer to `entity`; `entity` must outlive the result.
EntitySql entity_sql(const crm::Entity& entity, const std::vector<crm::Entity>& entities);

/// The type of a column: "timestamptz".
std::string sql_type(crm::FieldType type);

/// The greatest number of records in a page.
inline constexpr int kMaxPage = 200;

}  // namespace store
