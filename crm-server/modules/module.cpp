#include "crm-server/modules/module.h"

#include <algorithm>
#include <iterator>

namespace modules {

std::vector<record::Entity> entities(const std::vector<Module>& modules) {
    std::vector<record::Entity> result;
    for (const Module& module : modules) std::ranges::copy(module.entities, std::back_inserter(result));
    return result;
}

std::vector<store::Migration> migrations(std::span<const store::Migration> base,
                                         const std::vector<Module>& modules) {
    std::vector<store::Migration> result(base.begin(), base.end());
    for (const Module& module : modules) std::ranges::copy(module.migrations, std::back_inserter(result));
    std::ranges::sort(result, {}, &store::Migration::version);
    return result;
}

}  // namespace modules
