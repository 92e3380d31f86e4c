// The status of a CrmInstance.
#pragma once

#include "operator/crm/api/footprint.h"
#include "operator/kube/object.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// The types of the conditions.
namespace condition {
inline constexpr std::string_view kReady = "Ready";
inline constexpr std::string_view kAvailable = "Available";
inline constexpr std::string_view kProgressing = "Progressing";
inline constexpr std::string_view kDatabaseReady = "DatabaseReady";
inline constexpr std::string_view kSchemaCurrent = "SchemaCurrent";
// Those that tools wait by (kstatus): there only while they are true, and never both.
inline constexpr std::string_view kReconciling = "Reconciling";
inline constexpr std::string_view kStalled = "Stalled";
}  // namespace condition

enum class Truth { no, yes, unknown };
/// "False", "True", "Unknown".
std::string_view name_of(Truth truth);

struct Condition {
    std::string type = {};
    Truth status = Truth::unknown;
    std::string reason;   // one CamelCase word for programs
    std::string message;  // for people: what is the case, and what to do
    std::int64_t observed_generation = 0;
    std::string last_transition_time;  // RFC 3339, of the last change of status

    bool operator==(const Condition&) const = default;
};

/// The version whose schema the database has, and the uid of the claim of the volume where it has it.
struct Schema {
    std::string version = {};
    std::string claim_uid = {};

    bool operator==(const Schema&) const = default;
};

/// What the database runs with, and what it could not.
struct DatabaseStatus {
    std::optional<Footprint> running = {};  // when it last was ready
    std::optional<Footprint> refused = {};  // fits no node: not tried again
    std::string refusal = {};               // why

    bool operator==(const DatabaseStatus&) const = default;
};

/// How far the operator's own change to what an instance runs is: one that no person asked for.
enum class Update { none, waiting, running };

/// Empty strings stand for what is not known yet, and are not written.
struct Status {
    std::int64_t observed_generation = 0;
    /// Of the spec that was last carried out as a whole: a change that comes while it is the present one
    /// comes from the operator. 0 when not known.
    std::int64_t complete_generation = 0;
    std::vector<Condition> conditions = {};
    std::string running_version = {};
    std::string target_version = {};
    Schema schema = {};
    Update update = Update::none;
    DatabaseStatus database = {};
    int replicas = 0;
    int ready_replicas = 0;
    std::string selector = {};
    std::string api_endpoint = {};
    std::string admin_secret = {};

    bool operator==(const Status&) const = default;

    /// Null when there is none of that type.
    const Condition* find(std::string_view type) const;
};

/// Whether two statuses differ at most in what they tell people, and not in what the next plan is made from:
/// whether the instance is well is part of that.
bool is_same_memory(Status a, Status b);

/// Of the whole object. Tolerates anything: what is absent or of a wrong type is empty.
Status decode_status(const kube::json& object);
/// The value of the field `status`.
kube::json encode(const Status& status);

}  // namespace crm
