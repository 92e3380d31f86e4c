// What is known of the objects of an instance: read from the stores alone, never from the API.
//
// Of each object a projection is remembered: a digest of the fields that the operator puts back, which shows
// drift, and the few facts that decisions need. Of a Secret the data is not among them.
#pragma once

#include "operator/crm/api/labels.h"
#include "operator/crm/observed/ailment.h"
#include "operator/crm/observed/pod.h"
#include "operator/crm/observed/rollout.h"
#include "operator/kube/object.h"
#include "operator/runtime/store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// How a Job ended, if it did.
struct JobResult {
    bool succeeded = false;
    bool failed = false;
    bool held_up = false;          // its migration has ended, but something beside it in the pod goes on
    std::string reason = {};       // of the failure: "BackoffLimitExceeded"
    std::string finished_at = {};  // RFC 3339; empty while it works
    std::string claim_uid = {};    // of the volume that it was made for; empty when that was not known
    std::string spec_digest = {};  // of the spec that it was made from

    bool operator==(const JobResult&) const = default;
};

/// The claim of a volume.
struct Claim {
    std::string uid = {};
    std::string created_at = {};  // RFC 3339
    bool pending = false;         // waits for its volume

    bool operator==(const Claim&) const = default;
};

/// What the latest Warning Event about an object tells.
struct Told {
    Ailment ailment;
    std::string at = {};  // RFC 3339 without what is less than ten seconds; empty when that is not asked

    bool operator==(const Told&) const = default;
};

struct ObservedObject {
    kube::Kind kind;
    kube::ObjectKey key;
    std::string uid;
    std::uint64_t resource_version = 0;
    std::string controller;     // uid of the CrmInstance that owns it, of the workload that controls a pod
    bool deleting = false;      // or about to be collected with the owner it had
    bool retained = false;      // holds data that outlives its owner
    bool has_stranger = false;  // somebody else owns it as well
    bool stranger_controls = false;               // as its controller
    std::vector<std::string> former_labels = {};  // keys of labels that 0.1.0 left on what holds data
    std::uint64_t digest = 0;                     // of what the operator puts back of it
    kube::json facts;                             // as facts_of() chose them
    std::optional<Ailment> ailment = {};          // nothing when it is well

    bool operator==(const ObservedObject&) const = default;
};

/// All objects of one instance. What is being deleted is no evidence of anything.
struct Observed {
    std::vector<ObservedObject> objects;
    /// What Warning Events tell of objects, by their uid.
    std::map<std::string, Told> told_by_events = {};

    bool operator==(const Observed&) const = default;

    /// Null when there is none.
    const ObservedObject* find(const kube::Kind& kind, std::string_view name) const;

    std::optional<Rollout> rollout(const kube::Kind& kind, std::string_view name) const;
    /// It has succeeded when the container `migrate` of one of its pods has: what a policy puts into the pod
    /// beside it may run for ever.
    std::optional<JobResult> job(std::string_view name) const;
    std::optional<Pod> pod(std::string_view name) const;
    /// Whether a pod of a component serves: also while the workload that it is of is replaced.
    bool has_ready_pod(Component component) const;
    /// Whether the database's pod is one that was made from an earlier template in a way that matters.
    bool is_database_outdated(std::string_view instance) const;
    /// The digest of a Secret's password; empty when there is no such Secret or no password in it.
    std::string password(std::string_view secret) const;
    /// The claim of the database's volume; empty when none is known.
    std::optional<Claim> claim(std::string_view instance) const;
};

/// What to remember of an object of an owned kind, or of a pod: without what is false, zero or empty, since
/// tens of thousands are kept.
kube::json projection(const kube::Kind& kind, const kube::json& object);
/// The reverse, as far as it goes.
ObservedObject observed_object(const kube::Kind& kind, runtime::StoredObject stored);

}  // namespace crm
