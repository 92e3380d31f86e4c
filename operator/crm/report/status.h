// What an instance's status says. Pure: the same world gives the same status, so that it is written only
// when something changed.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/instance_status.h"
#include "operator/crm/api/settings.h"
#include "operator/crm/observed/observed_state.h"

#include <string>
#include <vector>

namespace crm {

/// Something that a person has to put right: the reconcile cannot.
struct Problem {
    std::string reason;  // see reason::
    std::string message;

    bool operator==(const Problem&) const = default;
};

namespace reason {
inline constexpr const char* kInvalidSpec = "InvalidSpec";        // the spec breaks a rule
inline constexpr const char* kObjectConflict = "ObjectConflict";  // a foreign object has a name we need
inline constexpr const char* kObjectRejected = "ObjectRejected";  // the API server refused an object
inline constexpr const char* kForbidden = "Forbidden";            // the operator lacks a permission
inline constexpr const char* kMigrationFailed = "MigrationFailed";
inline constexpr const char* kVolumeReplaced = "VolumeReplaced";  // the data of the old one is not there
inline constexpr const char* kScaledToZero = "ScaledToZero";
}  // namespace reason

struct StatusInput {
    const Identity& identity;
    const Spec* spec;  // null when it is not valid, which is then among the problems
    const Status& previous;
    const Observed& observed;
    const Settings& settings;
    const std::vector<Problem>& problems;
    std::string now;  // RFC 3339
};

Status status(const StatusInput& input);

}  // namespace crm
