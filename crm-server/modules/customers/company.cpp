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
            {.name = "street", .column = "street"},
            {.name = "postalCode", .column = "postal_code", .max_length = 20},
            {.name = "city", .column = "city"},
            {.name = "country", .column = "country"},
            {.name = "notes", .column = "notes", .max_length = 10'000},
            {.name = "custom",
             .column = "custom",
             .type = record::FieldType::custom,
             .required = true,
             .default_value = "{}"},
        });
}

}  // namespace customers
