#include "operator/crm/api/size.h"

namespace crm {
namespace {

Amounts replaced(const Amounts& own, std::string_view cpu, std::string_view memory) {
    return {.cpu = own.cpu.value_or(std::string(cpu)), .memory = own.memory.value_or(std::string(memory))};
}

}  // namespace

Footprint database_footprint(const Spec& spec) {
    const Preset& preset = preset_of(spec.size).database;
    const Resources& own = spec.database_resources;
    return {.size = spec.size,
            .requests = replaced(own.requests, preset.cpu_request, preset.memory_request),
            .limits = replaced(own.limits, preset.cpu_limit, preset.memory_limit)};
}

Footprint database_footprint_to_run(const CrmInstance& instance) {
    const Footprint wanted = database_footprint(instance.spec);
    const DatabaseStatus& database = instance.status.database;
    return database.refused == wanted && database.running ? *database.running : wanted;
}

}  // namespace crm
