// CrmInstances for tests.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/settings.h"

#include <string>

namespace crm {

inline const Settings kSettings{.server_repository = "crm-operator.dev/crm-server",
                                .postgres_image = "crm-operator.dev/postgres:0.1.0",
                                .version = "0.1.0"};

/// As a user writes it; valid unless spec makes it otherwise.
inline kube::json instance_manifest(const std::string& name = "acme", const std::string& ns = "tenants",
                                    const kube::json& spec = kube::json::object()) {
    kube::json full = kube::json::object(
        {{"replicas", 1}, {"admin", kube::json::object({{"email", "admin@acme.example"}})}});
    full.update(spec);
    return kube::json::object({{"apiVersion", "crm-operator.dev/v1alpha1"},
                               {"kind", "CrmInstance"},
                               {"metadata", kube::json::object({{"name", name}, {"namespace", ns}})},
                               {"spec", full}});
}

/// As the operator sees it.
inline CrmInstance decoded(const kube::json& manifest) {
    Identity identity = decode_identity(manifest);
    if (identity.uid.empty()) {
        identity.uid = "uid-of-" + identity.key.name;
    }
    if (identity.generation == 0) {
        identity.generation = 1;
    }
    return {.identity = identity, .spec = decode_spec(manifest).value(), .status = decode_status(manifest)};
}

}  // namespace crm
