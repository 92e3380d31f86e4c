#include "crm-server/modules/customers/company.h"

namespace customers {

record::Entity company() {
    return record::make_entity(
        "company", "companies",
        {
            {.name = "name", .column = "name", .required = true, .sortable = true},
            {.name = "domain", .column = "domain", .max_length = 253},
            {.name = "industry", .column = "industry"},
            {.name = "phone", .column = "phone", .type = record::FieldType::phone},
            {.name = "website", .column = "website", .type = record::FieldType::url},
            {.name = "employees", .column = "employees", .type = record::FieldType::integer},
            {.name = "street", .column = "street", .type = record::FieldType::long_text, .max_length = 200},
            {.name = "postalCode", .column = "postal_code", .max_length = 20},
            {.name = "city", .column = "city"},
            {.name = "country", .column = "country"},
            {.name = "notes", .column = "notes", .type = record::FieldType::long_text},
            {.name = "custom",
             .column = "custom",
             .type = record::FieldType::custom,
             .required = true,
             .default_value = "{}"},
        });
}

}  // namespace customers
