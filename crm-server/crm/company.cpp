#include "crm-server/crm/company.h"

namespace crm {

Entity company() {
    return make_entity("company", "companies",
                       {
                           {.name = "name", .column = "name", .required = true, .sortable = true},
                           {.name = "domain", .column = "domain", .max_length = 253},
                           {.name = "industry", .column = "industry"},
                           {.name = "phone", .column = "phone", .type = FieldType::phone},
                           {.name = "website", .column = "website", .type = FieldType::url},
                           {.name = "employees", .column = "employees", .type = FieldType::integer},
                           {.name = "street", .column = "street"},
                           {.name = "postalCode", .column = "postal_code", .max_length = 20},
                           {.name = "city", .column = "city"},
                           {.name = "country", .column = "country"},
                           {.name = "notes", .column = "notes", .max_length = 10'000},
                           {.name = "custom",
                            .column = "custom",
                            .type = FieldType::custom,
                            .required = true,
                            .default_value = "{}"},
                       });
}

}  // namespace crm
