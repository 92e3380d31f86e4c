// What the CRM consists of: the base and its modules. A new module is one row in product.cpp.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/store/migrations.h"

#include <span>
#include <vector>

namespace product {

/// Of all modules.
std::vector<record::Entity> entities();

/// Of the base and of all modules, by rising version.
std::span<const store::Migration> migrations();

}  // namespace product
