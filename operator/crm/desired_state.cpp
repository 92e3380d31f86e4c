#include "operator/crm/desired_state.h"

#include "operator/crm/builders/builders.h"
#include "operator/crm/kinds.h"
#include "operator/crm/names.h"
#include "operator/crm/upgrade.h"

#include <algorithm>
#include <array>

namespace crm {
namespace {

constexpr std::array kOwnedObjects{
    OwnedObject{kServiceAccount, Write::apply, service_account},
    OwnedObject{kSecret, Write::generate_once, database_secret, database_credentials},
    OwnedObject{kSecret, Write::generate_once, admin_secret, admin_credentials},
    OwnedObject{kService, Write::apply, database_pods_service},
    OwnedObject{kService, Write::apply, database_service},
    OwnedObject{kStatefulSet, Write::apply, database_stateful_set},
    OwnedObject{kJob, Write::create_once, migration_job},
    OwnedObject{kDeployment, Write::apply, server_deployment},
    OwnedObject{kService, Write::apply, server_service},
};

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

Generated generate_missing(const CrmInstance& instance, const Observed& observed, const RandomBytes& random) {
    Generated generated;
    for (const OwnedObject& object : kOwnedObjects) {
        if (object.generate == nullptr) {
            continue;
        }
        const std::string name = kube::key_of(object.manifest(instance, {})).name;
        if (observed.find(object.kind, name) == nullptr) {
            generated.emplace(name, object.generate(instance, random));
        }
    }
    return generated;
}

Context context_of(const CrmInstance& instance, const Observed& observed, const Generated& generated,
                   const Settings& settings) {
    const auto credentials = [&](const std::string& secret) {
        const auto found = generated.find(secret);
        return found != generated.end() ? credentials_digest(found->second) : observed.credentials(secret);
    };
    return {.settings = settings,
            .server_image = server_image_to_run(instance, observed, settings),
            .database_credentials = credentials(database_name(instance.name())),
            .admin_credentials = credentials(admin_secret_name(instance.name()))};
}

std::vector<DesiredObject> desired_state(const CrmInstance& instance, const Context& context,
                                         const Generated& generated) {
    std::vector<DesiredObject> result;
    for (const OwnedObject& object : kOwnedObjects) {
        DesiredObject desired{object.kind, object.write, object.manifest(instance, context), nullptr};
        if (const auto data = generated.find(kube::key_of(desired.manifest).name);
            object.generate != nullptr && data != generated.end()) {
            desired.generated = data->second;
        }
        result.push_back(std::move(desired));
    }
    return result;
}

}  // namespace crm
