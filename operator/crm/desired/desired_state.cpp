#include "operator/crm/desired/desired_state.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/api/size.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/upgrade/upgrade.h"

#include <algorithm>
#include <array>

namespace crm {
namespace {

constexpr std::array kOwnedObjects{
    OwnedObject{
        .kind = kServiceAccount, .write = Write::create, .manifest = service_account, .optional = true},
    OwnedObject{kSecret, Write::create, database_secret, true},
    OwnedObject{kSecret, Write::create, admin_secret, true},
    OwnedObject{kService, Write::apply, database_pods_service},
    OwnedObject{kService, Write::apply, database_service},
    OwnedObject{kStatefulSet, Write::apply, database_stateful_set},
    OwnedObject{kPersistentVolumeClaim, Write::adopt, database_claim},
    OwnedObject{kJob, Write::create_once, migration_job},
    OwnedObject{kDeployment, Write::apply, server_deployment},
    OwnedObject{.kind = kPodDisruptionBudget,
                .write = Write::apply,
                .manifest = server_disruption_budget,
                .optional = true},
    OwnedObject{kService, Write::apply, server_service},
};

/// What the builders need to know of the world.
Context context_of(const CrmInstance& instance, const Migration& migration, const Observed& observed,
                   const Passwords& generated, const Settings& settings) {
    const auto credentials = [&](const kube::json& secret) {
        const std::string name = kube::key_of(secret).name;
        const auto password = generated.find(name);
        return credentials_digest(secret["data"], password != generated.end()
                                                      ? password_digest(password->second, "")
                                                      : observed.password(name));
    };
    return {.settings = settings,
            .server_version = server_version_to_run(instance, migration),
            .database_credentials = credentials(database_secret(instance, {})),
            .admin_credentials = credentials(admin_secret(instance, {})),
            .database = database_footprint_to_run(instance),
            .claim_uid = migration.claim ? migration.claim->uid : std::string{}};
}

/// Whether the Job that exists is of no use: it is about another volume, it was made from another spec and
/// has not succeeded, or its pod goes on although all is done.
bool is_useless(const Migration& migration, const kube::json& manifest) {
    if (!migration.result) {
        return false;
    }
    const JobResult& job = *migration.result;
    if (migration.is_recorded()) {
        return job.held_up;
    }
    const std::string wanted = manifest["metadata"]["annotations"].value(kSpecDigest, "");
    return migration.is_outdated() || (!job.succeeded && job.spec_digest != wanted);
}

}  // namespace

std::span<const OwnedObject> owned_objects() {
    return kOwnedObjects;
}

std::vector<kube::Kind> owned_kinds() {
    std::vector<kube::Kind> kinds;
    for (const OwnedObject& object : kOwnedObjects) {
        if (std::find(kinds.begin(), kinds.end(), object.kind) == kinds.end()) {
            kinds.push_back(object.kind);
        }
    }
    return kinds;
}

Passwords generate_missing(const CrmInstance& instance, const Observed& observed, const RandomBytes& random) {
    Passwords generated;
    for (const OwnedObject& object : kOwnedObjects) {
        if (!object.has_password) {
            continue;
        }
        const std::string name = kube::key_of(object.manifest(instance, {})).name;
        if (observed.password(name).empty()) {
            generated.emplace(name, base64(random_password(random)));
        }
    }
    return generated;
}

std::vector<DesiredObject> desired_state(const CrmInstance& instance, const Observed& observed,
                                         const Passwords& generated, const Settings& settings) {
    const Migration migration =
        migration_of(instance.name(), instance.spec, instance.status.schema, observed, settings);
    const Context context = context_of(instance, migration, observed, generated, settings);
    std::vector<DesiredObject> result;
    for (const OwnedObject& object : kOwnedObjects) {
        DesiredObject desired{object.kind, object.write, object.manifest(instance, context)};
        if (desired.manifest.is_null()) {
            continue;
        }
        const std::string name = kube::key_of(desired.manifest).name;
        if (const auto password = generated.find(name); object.has_password && password != generated.end()) {
            desired.password = password->second;
        }
        if (object.kind == kJob) {
            desired.needed = !migration.is_recorded();
            desired.outdated = is_useless(migration, desired.manifest);
        }
        result.push_back(std::move(desired));
    }
    return result;
}

}  // namespace crm
