// The gate between two versions of the server. Pure.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/settings.h"
#include "operator/crm/observed/observed_state.h"

#include <optional>
#include <string>

namespace crm {

/// The way of the database's schema to the target version. What proves that a schema is in a volume is about
/// that volume alone: about its claim, which has another uid when it is another one.
struct Migration {
    std::string target;  // version
    std::string job;     // its name
    std::optional<JobResult> result;
    std::optional<Claim> claim;  // of the volume that there is, as far as is known
    Schema known;                // the proof in the status: with it the Job is not needed any more

    /// What is proven now: the target's, once its Job has succeeded for the volume that there is.
    Schema schema() const;
    /// Whether that is the target's, in the volume that there is.
    bool is_done() const;
    /// Whether the status says so: a Job that comes or goes then changes nothing.
    bool is_recorded() const;
    /// Whether the volume that was migrated is no more.
    bool has_lost_volume() const;
    /// Whether the Job is about a volume that is no more.
    bool is_outdated() const;
};

Migration migration_of(const std::string& instance, const Spec& spec, const Schema& known,
                       const Observed& observed, const Settings& settings);

/// The version that the server should run now. An instance stays at the version that last served
/// (status.version.running) until the migration of the target has succeeded: a failed migration leaves it
/// serving. One that has never served gets the target at once, since a server waits for its schema by itself.
/// What the Deployment runs at the moment is not asked: somebody may have changed it.
const std::string& server_version_to_run(const CrmInstance& instance, const Migration& migration);

}  // namespace crm
