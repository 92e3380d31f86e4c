// Contacts and companies: whom the business deals with.
#pragma once

#include "crm-server/modules/module.h"

namespace customers {

/// Its tables come with the first migration of the product.
modules::Module make_module();

}  // namespace customers
