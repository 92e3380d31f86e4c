#include "crm-server/modules/customers/contact.h"

namespace customers {

record::Entity contact() {
    return record::make_entity(
        "contact", "contacts",
        {
            {.name = "firstName", .column = "first_name"},
            {.name = "lastName", .column = "last_name", .sortable = true},
            {.name = "email", .column = "email", .type = record::FieldType::email, .sortable = true},
            {.name = "phone", .column = "phone", .type = record::FieldType::phone},
            {.name = "jobTitle", .column = "job_title"},
            {.name = "companyId",
             .column = "company_id",
             .type = record::FieldType::uuid,
             .references = "companies"},
            {.name = "status",
             .column = "status",
             .type = record::FieldType::choice,
             .required = true,
             .choices = {"lead", "active", "customer", "lost"},
             .default_value = "\"lead\""},
            {.name = "street", .column = "street", .type = record::FieldType::long_text, .max_length = 200},
            {.name = "postalCode", .column = "postal_code", .max_length = 20},
            {.name = "city", .column = "city"},
            {.name = "country", .column = "country"},
            {.name = "birthday", .column = "birthday", .type = record::FieldType::date},
            {.name = "lastContactedAt", .column = "last_contacted_at", .type = record::FieldType::timestamp},
            {.name = "doNotContact",
             .column = "do_not_contact",
             .type = record::FieldType::boolean,
             .required = true,
             .default_value = "false"},
            {.name = "notes", .column = "notes", .type = record::FieldType::long_text},
            {.name = "custom",
             .column = "custom",
             .type = record::FieldType::custom,
             .required = true,
             .default_value = "{}"},
        });
}

}  // namespace customers
