// Entity descriptors: what a kind of record is made of.
//
// A descriptor is a plain value. Validation, SQL, JSON, routes and audit follow from it, so a new entity is
// one descriptor, one row in entities.h and one migration. Nothing here knows SQL or HTTP.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace record {

enum class FieldType {
    text,       // one line
    long_text,  // several lines
    email,
    phone,
    url,      // http or https
    uuid,     // the record's id, or a reference to a record of another entity
    integer,  // 64 bits, signed
    boolean,
    date,       // full-date of RFC 3339: 2024-02-29
    timestamp,  // date-time of RFC 3339, stored with microseconds, given back in UTC
    choice,     // one of Field::choices
    custom,     // a JSON object of the customer's own making (jsonb)
};

struct Field {
    std::string name;    // in JSON: "companyId"
    std::string column;  // in SQL: "company_id"
    FieldType type = FieldType::text;
    /// A record always has a value; so the column is NOT NULL.
    bool required = false;
    /// Given by the server; a client that sends it is refused.
    bool read_only = false;
    /// Lists may be ordered by it; so the table has an index on (column, id).
    bool sortable = false;
    /// Characters (Unicode code points) for texts, bytes for custom: of the JSON text that PostgreSQL prints.
    /// 0: the limit of the type.
    std::size_t max_length = 0;
    std::vector<std::string> choices = {};
    /// The plural of the entity that a uuid refers to.
    std::string references = {};
    /// JSON text that stands for none, and for null, which removes a value (RFC 7396): "\"lead\"". Empty:
    /// null.
    std::string default_value = {};

    bool operator==(const Field&) const = default;
};

struct Entity {
    std::string name;    // "contact": in audit records and messages
    std::string plural;  // "contacts": in URLs, and the table's name
    /// id first; then the entity's own; createdAt, updatedAt and version last.
    std::vector<Field> fields;

    bool operator==(const Entity&) const = default;
};

/// An entity of these fields and the ones that every record has: id, createdAt, updatedAt, version.
Entity make_entity(std::string name, std::string plural, std::vector<Field> own_fields);

/// The field of that JSON name; null when there is none. Lives as long as the entity.
const Field* find_field(const Entity& entity, std::string_view name);

/// The greatest length of a field's value, the default of its type when the field sets none.
std::size_t max_length(const Field& field);

}  // namespace record
