#include "crm-server/crm/contact.h"

namespace crm {

Entity contact() {
    return make_entity(
        "contact", "contacts",
        {
            {.name = "firstName", .column = "first_name"},
            {.name = "lastName", .column = "last_name", .sortable = true},
            {.name = "email", .column = "email", .type = FieldType::email, .sortable = true},
            {.name = "phone", .column = "phone", .type = FieldType::phone},
            {.name = "jobTitle", .column = "job_title"},
            {.name = "companyId", .column = "company_id", .type = FieldType::uuid, .references = "companies"},
            {.name = "status",
             .column = "status",
             .type = FieldType::choice,
             .required = true,
             .choices = {"lead", "active", "customer", "lost"},
             .default_value = "\"lead\""},
            {.name = "street", .column = "street"},
            {.name = "postalCode", .column = "postal_code", .max_length = 20},
            {.name = "city", .column = "city"},
            {.name = "country", .column = "country"},
            {.name = "birthday", .column = "birthday", .type = FieldType::date},
            {.name = "lastContactedAt", .column = "last_contacted_at", .type = FieldType::timestamp},
            {.name = "doNotContact",
             .column = "do_not_contact",
             .type = FieldType::boolean,
             .required = true,
             .default_value = "false"},
            {.name = "notes", .column = "notes", .max_length = 10'000},
            {.name = "custom",
             .column = "custom",
             .type = FieldType::custom,
             .required = true,
             .default_value = "{}"},
        });
}

}  // namespace crm
