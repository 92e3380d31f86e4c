#include "crm-server/record/entity.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace record {

Entity make_entity(std::string name, std::string plural, std::vector<Field> own_fields) {
    const auto given = [](std::string field, std::string column, FieldType type, bool sortable) {
        return Field{.name = std::move(field),
                     .column = std::move(column),
                     .type = type,
                     .required = true,
                     .read_only = true,
                     .sortable = sortable};
    };
    Entity entity{std::move(name), std::move(plural), {}};
    entity.fields.push_back(given("id", "id", FieldType::uuid, true));
    std::ranges::move(own_fields, std::back_inserter(entity.fields));
    entity.fields.push_back(given("createdAt", "created_at", FieldType::timestamp, true));
    entity.fields.push_back(given("updatedAt", "updated_at", FieldType::timestamp, true));
    entity.fields.push_back(given("version", "version", FieldType::integer, false));
    return entity;
}

const Field* find_field(const Entity& entity, std::string_view name) {
    const auto found = std::ranges::find(entity.fields, name, &Field::name);
    return found == entity.fields.end() ? nullptr : &*found;
}

std::size_t max_length(const Field& field) {
    if (field.max_length != 0) return field.max_length;
    switch (field.type) {
        case FieldType::email:
            return 254;  // RFC 5321, section 4.5.3.1
        case FieldType::phone:
            return 40;
        case FieldType::url:
            return 2048;
        case FieldType::custom:
            return 16 * 1024;
        case FieldType::long_text:
            return 10'000;
        case FieldType::text:
        case FieldType::uuid:
        case FieldType::integer:
        case FieldType::boolean:
        case FieldType::date:
        case FieldType::timestamp:
        case FieldType::choice:
            return 200;
    }
    return 0;
}

}  // namespace record
