// What a module of the CRM brings along. Plain values.
#pragma once

#include "crm-server/record/entity.h"
#include "crm-server/store/migrations.h"

#include <span>
#include <string>
#include <vector>

namespace modules {

/// A module includes no other.
struct Module {
    std::string name;
    std::vector<record::Entity> entities;
    /// Those of its own folder. Their versions are counted over all modules.
    std::vector<store::Migration> migrations = {};
};

/// The entities of all.
std::vector<record::Entity> entities(const std::vector<Module>& modules);

/// Those of the base and of all modules, by rising version.
std::vector<store::Migration> migrations(std::span<const store::Migration> base,
                                         const std::vector<Module>& modules);

}  // namespace modules
