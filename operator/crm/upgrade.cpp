#include "operator/crm/upgrade.h"

#include "operator/crm/names.h"

namespace crm {

std::string server_image_to_run(const CrmInstance& instance, const Observed& observed,
                                const Settings& settings) {
    const std::string target = target_image(instance.spec, settings);
    const std::string& running = instance.status.running_version;
    const auto migration = observed.job(migration_name(instance.name(), target));
    const bool migrated = migration && migration->succeeded;
    return running.empty() || migrated ? target : image_of(running, settings);
}

}  // namespace crm
