// The gate between two images of the server. Pure.
#pragma once

#include "operator/crm/crm_instance.h"
#include "operator/crm/observed_state.h"
#include "operator/crm/settings.h"

#include <string>

namespace crm {

/// The image that the server should run now. A running server keeps its image until the migration of the
/// target has succeeded: a failed migration leaves it serving. A server that does not exist yet gets the
/// target at once, since it waits for its schema by itself.
std::string server_image_to_run(const CrmInstance& instance, const Observed& observed,
                                const Settings& settings);

}  // namespace crm
