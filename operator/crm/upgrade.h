// The gate between two versions of the server. Pure.
#pragma once

#include "operator/crm/crm_instance.h"
#include "operator/crm/observed_state.h"
#include "operator/crm/settings.h"

#include <string>

namespace crm {

/// The image that the server should run now. An instance stays at the version that last served
/// (status.version.running) until the migration of the target has succeeded: a failed migration leaves it
/// serving. One that has never served gets the target at once, since a server waits for its schema by itself.
/// What the Deployment runs at the moment is not asked: somebody may have changed it.
std::string server_image_to_run(const CrmInstance& instance, const Observed& observed,
                                const Settings& settings);

}  // namespace crm
