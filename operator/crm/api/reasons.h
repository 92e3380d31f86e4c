// The reasons that conditions and Events carry: words for programs. What each means, and what to do about it,
// is the table in report/causes.cpp.
#pragma once

namespace crm::reason {

// What is wrong with the spec, or with what the operator writes.
inline constexpr const char* kInvalidSpec = "InvalidSpec";
inline constexpr const char* kObjectConflict = "ObjectConflict";
inline constexpr const char* kObjectRejected = "ObjectRejected";
inline constexpr const char* kForbidden = "Forbidden";

// Who refuses objects or pods.
inline constexpr const char* kWebhookUnavailable = "WebhookUnavailable";
inline constexpr const char* kWebhookDenied = "WebhookDenied";
inline constexpr const char* kPolicyDenied = "PolicyDenied";
inline constexpr const char* kQuotaExceeded = "QuotaExceeded";
inline constexpr const char* kLimitRangeViolated = "LimitRangeViolated";
inline constexpr const char* kPodSecurityViolated = "PodSecurityViolated";
inline constexpr const char* kNamespaceTerminating = "NamespaceTerminating";

inline constexpr const char* kMigrationFailed = "MigrationFailed";
inline constexpr const char* kVolumeReplaced = "VolumeReplaced";
inline constexpr const char* kDatabaseDoesNotFit = "DatabaseDoesNotFit";
inline constexpr const char* kScaledToZero = "ScaledToZero";

// Phases that more than their own condition asks about.
inline constexpr const char* kComplete = "Complete";

}  // namespace crm::reason
