// What is known of the objects of an instance: read from the stores alone, never from the API.
//
// Of each object a projection is remembered: a digest of the fields that the operator puts back, which shows
// drift, and the few facts that decisions need. Of a Secret the data is not among them.
#pragma once

#include "operator/kube/object.h"
#include "operator/runtime/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// How far a Deployment or StatefulSet is.
struct Rollout {
    std::int64_t generation = 0;
    std::int64_t observed_generation = 0;
    int wanted = 0;
    int replicas = 0;
    int updated = 0;
    int ready = 0;
    int available = 0;
    std::string image;  // of the first container

    bool operator==(const Rollout&) const = default;

    /// Every pod is of the latest template and available, and none is left over.
    bool complete() const;
};

/// How a Job ended, if it did.
struct JobResult {
    bool succeeded = false;
    bool failed = false;
    std::string reason = {};     // of the failure: "BackoffLimitExceeded"
    std::string claim_uid = {};  // of the volume that it was made for; empty when that was not known

    bool operator==(const JobResult&) const = default;
};

struct ObservedObject {
    kube::Kind kind;
    kube::ObjectKey key;
    std::string uid;
    std::uint64_t resource_version = 0;
    std::string controller;    // uid of the owner that controls it; empty when none does
    bool deleting = false;     // or about to be collected with the owner it had
    std::uint64_t digest = 0;  // of what the operator puts back of it
    kube::json facts;          // as facts_of() chose them

    bool operator==(const ObservedObject&) const = default;
};

/// All objects of one instance. What is being deleted is no evidence of anything.
struct Observed {
    std::vector<ObservedObject> objects;

    bool operator==(const Observed&) const = default;

    /// Null when there is none.
    const ObservedObject* find(const kube::Kind& kind, std::string_view name) const;

    std::optional<Rollout> rollout(const kube::Kind& kind, std::string_view name) const;
    std::optional<JobResult> job(std::string_view name) const;
    /// The digest of a Secret's password; empty when there is no such Secret or no password in it.
    std::string password(std::string_view secret) const;
    /// The uid of the claim of the database's volume; empty when none is known.
    std::string claim_uid(std::string_view instance) const;
};

/// What to remember of an object of an owned kind.
kube::json projection(const kube::Kind& kind, const kube::json& object);
/// The reverse, as far as it goes.
ObservedObject observed_object(const kube::Kind& kind, const runtime::StoredObject& stored);

/// The digest that an object has when it is as the manifest wants it: equal to ObservedObject::digest.
std::uint64_t wanted_digest(const kube::Kind& kind, const kube::json& manifest);

}  // namespace crm
