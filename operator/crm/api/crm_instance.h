// A CrmInstance: the wish that the operator fulfils. Its schema is crds/crm-operator.dev_crminstances.yaml.
#pragma once

#include "common/result.h"
#include "operator/crm/api/footprint.h"
#include "operator/crm/api/instance_status.h"
#include "operator/kube/object.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crm {

enum class DeletionPolicy { retain, remove };

struct Resources {
    Amounts requests = {};
    Amounts limits = {};

    bool operator==(const Resources&) const = default;
};

struct Spec {
    /// At most one of the two is set. Without both, the server has the version of the operator.
    std::optional<std::string> version = {};
    std::optional<std::string> image = {};

    Size size = Size::small;
    Resources server_resources = {};
    Resources database_resources = {};
    int replicas = 1;
    std::string storage_size = "10Gi";
    std::optional<std::string> storage_class = {};
    DeletionPolicy deletion_policy = DeletionPolicy::retain;
    /// Of all pods, the migration's included.
    std::vector<std::string> image_pull_secrets = {};
    std::optional<std::string> service_account = {};  // a ready-made one
    std::map<std::string, std::string> pod_labels = {};
    std::map<std::string, std::string> pod_annotations = {};
    std::string admin_email = {};

    bool operator==(const Spec&) const = default;
};

/// What is known of an instance even when its spec is not valid.
struct Identity {
    kube::ObjectKey key;
    std::string uid = {};
    std::int64_t generation = 0;
    bool deleting = false;

    bool operator==(const Identity&) const = default;
};

struct CrmInstance {
    Identity identity;
    Spec spec;
    Status status = {};  // as last written

    bool operator==(const CrmInstance&) const = default;

    const std::string& name() const { return identity.key.name; }
    const std::string& ns() const { return identity.key.ns; }
};

/// Tolerates anything: what is absent or of a wrong type is empty.
Identity decode_identity(const kube::json& object);

/// Checks the rules of the CRD again, for objects that were stored before a rule existed. The error
/// (ErrorKind::invalid) names each field that breaks one: "spec.size: must be small, medium or large".
Result<Spec> decode_spec(const kube::json& object);

/// What the operator remembers of a CrmInstance: what the decoders here read, and no more.
kube::json projection(const kube::json& object);

}  // namespace crm
