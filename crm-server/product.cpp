#include "crm-server/product.h"

#include "crm-server/modules/customers/customers.h"
#include "crm-server/modules/module.h"

namespace product {

/// Made of migrations/ by the build.
std::span<const store::Migration> base_migrations();

namespace {

const std::vector<modules::Module>& all_modules() {
    static const std::vector<modules::Module> modules = {
        customers::make_module(),
    };
    return modules;
}

}  // namespace

std::vector<record::Entity> entities() {
    return modules::entities(all_modules());
}

std::span<const store::Migration> migrations() {
    static const std::vector<store::Migration> all = modules::migrations(base_migrations(), all_modules());
    return all;
}

}  // namespace product
