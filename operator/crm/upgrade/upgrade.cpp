#include "operator/crm/upgrade/upgrade.h"

#include "operator/crm/api/names.h"

namespace crm {
namespace {

/// Whether what a Job did, or does, is done to the volume of a claim. The first Job is made before the claim
/// is known and does not name it: it worked on a volume that was there before it ended. Times are compared
/// as text: RFC 3339 in UTC sorts.
bool is_about(const JobResult& job, const Claim& claim) {
    if (!job.claim_uid.empty()) {
        return job.claim_uid == claim.uid;
    }
    return job.finished_at.empty() || claim.created_at <= job.finished_at;
}

bool proves(const Schema& schema, const std::string& target, const std::optional<Claim>& claim) {
    return schema.version == target && (!claim || claim->uid == schema.claim_uid);
}

}  // namespace

Schema Migration::schema() const {
    if (result && result->succeeded && claim && is_about(*result, *claim)) {
        return {.version = target, .claim_uid = claim->uid};
    }
    return known;
}

bool Migration::is_done() const {
    return proves(schema(), target, claim);
}

bool Migration::is_recorded() const {
    return proves(known, target, claim);
}

bool Migration::has_lost_volume() const {
    return claim && !known.claim_uid.empty() && known.claim_uid != claim->uid && !is_done();
}

bool Migration::is_outdated() const {
    return result && claim && !is_about(*result, *claim);
}

Migration migration_of(const std::string& instance, const Spec& spec, const Schema& known,
                       const Observed& observed, const Settings& settings) {
    const std::string job = migration_name(instance, target_image(spec, settings));
    return {.target = target_version(spec, settings),
            .job = job,
            .result = observed.job(job),
            .claim = observed.claim(instance),
            .known = known};
}

const std::string& server_version_to_run(const CrmInstance& instance, const Migration& migration) {
    const std::string& running = instance.status.running_version;
    const bool migrated = migration.schema().version == migration.target;
    return running.empty() || migrated ? migration.target : running;
}

}  // namespace crm
