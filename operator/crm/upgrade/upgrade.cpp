#include "operator/crm/upgrade/upgrade.h"

#include "operator/crm/api/names.h"

namespace crm {
namespace {

/// Whether two claims are one, as far as is known.
bool may_be_same(const std::string& one, const std::string& other) {
    return one.empty() || other.empty() || one == other;
}

}  // namespace

Schema Migration::schema() const {
    if (!result || !result->succeeded || is_outdated()) {
        return known;
    }
    return {.version = target, .claim_uid = claim_uid.empty() ? known.claim_uid : claim_uid};
}

bool Migration::is_done() const {
    const Schema now = schema();
    return now.version == target && may_be_same(now.claim_uid, claim_uid);
}

bool Migration::has_lost_volume() const {
    return !may_be_same(known.claim_uid, claim_uid) && !is_done();
}

bool Migration::is_outdated() const {
    // The first Job is made before its volume: what it did is then known from the status.
    return result && !may_be_same(result->claim_uid.empty() ? known.claim_uid : result->claim_uid, claim_uid);
}

Migration migration_of(const std::string& instance, const Spec& spec, const Schema& known,
                       const Observed& observed, const Settings& settings) {
    const std::string job = migration_name(instance, target_image(spec, settings));
    return {.target = target_version(spec, settings),
            .job = job,
            .result = observed.job(job),
            .claim_uid = observed.claim_uid(instance),
            .known = known};
}

std::string server_image_to_run(const CrmInstance& instance, const Migration& migration,
                                const Settings& settings) {
    const std::string& running = instance.status.running_version;
    const bool migrated = migration.schema().version == migration.target;
    return running.empty() || migrated ? target_image(instance.spec, settings) : image_of(running, settings);
}

}  // namespace crm
