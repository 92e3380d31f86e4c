// What is known of a pod of an instance. Pure.
#pragma once

#include "operator/crm/observed/facts.h"
#include "operator/kube/object.h"

#include <string>

namespace crm {

struct Pod {
    std::string component;          // "database"; pods of 0.1.0 have one, too
    std::string revision;           // of the StatefulSet's template that it was made from
    std::string template_digest;    // kTemplateDigest
    std::string restarted_at = {};  // kRestartedAt
    bool labelled = false;          // whether it carries the label that selectors go by: pods of 0.1.0 do not
    bool ready = false;
    bool failed = false;                   // it has ended, and not well
    std::string unschedulable = {};        // in the words of the scheduler; empty when it is not
    std::string unschedulable_since = {};  // RFC 3339
    bool running = false;                  // some container of it is
    /// How the container `migrate` ended, if it did: whatever a policy has put beside it does not count.
    bool migrate_ended = false;
    int migrate_exit_code = 0;
    std::string migrate_finished_at = {};  // RFC 3339

    bool operator==(const Pod&) const = default;
};

CRM_FACTS(Pod, component, revision, template_digest, restarted_at, labelled, ready, failed, unschedulable,
          unschedulable_since, running, migrate_ended, migrate_exit_code, migrate_finished_at)

Pod pod_of(const kube::json& object);

}  // namespace crm
