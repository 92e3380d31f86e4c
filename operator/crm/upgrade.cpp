#include "operator/crm/upgrade.h"

#include "operator/crm/kinds.h"
#include "operator/crm/names.h"

namespace crm {

std::string server_image_to_run(const CrmInstance& instance, const Observed& observed,
                                const Settings& settings) {
    const std::string target = target_image(instance.spec, settings);
    const auto server = observed.rollout(kDeployment, server_name(instance.name()));
    if (!server || server->image.empty()) {
        return target;
    }
    const auto migration = observed.job(migration_name(instance.name(), target));
    return migration && migration->succeeded ? target : server->image;
}

}  // namespace crm
