#include "crm-server/product.h"

#include "crm-server/modules/customers/customers.h"
#include "crm-server/modules/module.h"

namespace product {

/// Made of migrations/ by the build.
std::span<const store::Migration> base_migrations();

namespace {

const std::vector<modules::Module>& all_modules() {
    static const std::vector<modules::Module> kModules = {
        customers::make_module(),
    };
    return kModules;
}

}  // namespace

std::vector<record::Entity> entities() {
    return modules::entities(all_modules());
}

std::span<const store::Migration> migrations() {
    static const std::vector<store::Migration> kAll = modules::migrations(base_migrations(), all_modules());
    return kAll;
}

}  // namespace product
