// The SQL of an entity, made from its descriptor. Pure.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/store/database.h"

#include <string>
#include <vector>

namespace record {

/// The statements that list by one field in one direction. Each gives the columns of the entity in order.
/// Nulls come last when ascending and first when descending, as PostgreSQL has it by default.
struct ListSql {
    const Field* field;
    bool descending;
    store::Statement first;       // ($1 limit)
    store::Statement after;       // ($1 value, $2 id, $3 limit); by id: ($1 id, $2 limit)
    store::Statement after_null;  // ($1 id, $2 limit); empty when the field is never null
};

struct EntitySql {
    store::Statement get;  // ($1 id)
    /// ($1 id, then the fields that a client may set, then actor, audit diff, audit id); gives the record.
    store::Statement create;
    /// ($1 id); give the record, for what comes next in the transaction.
    store::Statement lock_for_update;
    store::Statement lock_for_removal;
    /// ($1 id, $2 version, then as create); gives the record, or nothing when id and version match no record.
    store::Statement update;
    /// One for each optional field that refers to this entity: ($1 id, $2 actor)
    std::vector<store::Statement> unlink;
    /// ($1 id, $2 actor, $3 audit diff, $4 audit id); gives the id, or nothing.
    store::Statement remove;
    std::vector<ListSql> lists;
};

/// `entities` are all that may refer to `entity`; `entity` must outlive the result.
EntitySql entity_sql(const Entity& entity, const std::vector<Entity>& entities);

/// What a list is ordered by, and has an index on: texts by Unicode's rules (CLDR root), where a comes before
/// B and É after e, and not by bytes.
std::string sort_key(const Field& field);

/// The type of a column: "timestamptz".
std::string sql_type(FieldType type);

/// The greatest number of records in a page.
inline constexpr int kMaxPage = 200;

}  // namespace record
