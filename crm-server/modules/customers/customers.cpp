#include "crm-server/modules/customers/customers.h"

#include "crm-server/modules/customers/company.h"
#include "crm-server/modules/customers/contact.h"

namespace customers {

modules::Module make_module() {
    return {.name = "customers", .entities = {contact(), company()}};
}

}  // namespace customers
