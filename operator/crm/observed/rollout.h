// What is known of a Deployment or StatefulSet. Pure.
#pragma once

#include "operator/crm/observed/facts.h"
#include "operator/kube/object.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace crm {

/// On the Deployment, written by us: the version of the server that it is to run. What its images say may be
/// another's, or be rewritten by a policy.
inline constexpr std::string_view kServerVersion = "crm-operator.dev/version";

/// Set by `kubectl rollout restart` on the template.
inline constexpr std::string_view kRestartedAt = "kubectl.kubernetes.io/restartedAt";

/// How far it is, and what it is made from.
struct Rollout {
    std::int64_t generation = 0;
    std::int64_t observed_generation = 0;
    int wanted = 0;
    int replicas = 0;
    int updated = 0;
    int ready = 0;
    int available = 0;
    std::string version = {};          // kServerVersion
    std::string selector = {};         // a digest of it; it cannot be changed
    std::string spec_digest = {};      // kSpecDigest
    std::string template_digest = {};  // kTemplateDigest
    std::string restarted_at = {};     // kRestartedAt of the template
    std::string update_revision = {};  // of the pods that a StatefulSet makes now
    std::string essence = {};          // see essence_of()
    std::string footprint = {};        // kFootprint
    std::string credentials = {};      // kCredentialsDigest

    bool operator==(const Rollout&) const = default;

    /// Every pod that is wanted is available, and none is left over.
    bool settled() const;
    /// And all are of the latest template.
    bool complete() const;
};

CRM_FACTS(Rollout, generation, observed_generation, wanted, replicas, updated, ready, available, version,
          selector, spec_digest, template_digest, restarted_at, update_revision, essence, footprint,
          credentials)

Rollout rollout_of(const kube::json& object);

/// A digest of the selector of a workload.
std::string selector_digest(const kube::json& workload);

/// Its kCredentialsDigest.
std::string credentials_of(const kube::json& workload);

/// What a pod that was made by 0.1.0 must have in common with the template of today to be as good as a new
/// one: image and resources of our container, and the credentials.
std::string essence_of(const kube::json& workload);

}  // namespace crm
