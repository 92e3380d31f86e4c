#include "crm-server/modules/customers/customers.h"

#include "crm-server/modules/customers/company.h"
#include "crm-server/modules/customers/contact.h"

namespace customers {

/// Made of migrations/ by the build.
std::span<const store::Migration> embedded_migrations();

modules::Module make_module() {
    const auto migrations = embedded_migrations();
    return {.name = "customers",
            .entities = {contact(), company()},
            .migrations = {migrations.begin(), migrations.end()}};
}

}  // namespace customers
