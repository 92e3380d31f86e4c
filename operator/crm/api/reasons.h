// The reasons that conditions and Events carry: words for programs. What each means, and what to do about it,
// is the table in report/causes.cpp.
#pragma once

namespace crm::reason {

// What is wrong with the spec, or with what the operator writes.
inline constexpr const char* kInvalidSpec = "InvalidSpec";
inline constexpr const char* kObjectConflict = "ObjectConflict";
inline constexpr const char* kObjectRejected = "ObjectRejected";
inline constexpr const char* kForbidden = "Forbidden";
inline constexpr const char* kWritesThrottled = "WritesThrottled";

// Who undoes what the operator does.
inline constexpr const char* kFieldsContested = "FieldsContested";
inline constexpr const char* kDeletedAgain = "DeletedAgain";

// Who refuses objects or pods.
inline constexpr const char* kWebhookUnavailable = "WebhookUnavailable";
inline constexpr const char* kWebhookDenied = "WebhookDenied";
inline constexpr const char* kPolicyDenied = "PolicyDenied";
inline constexpr const char* kQuotaExceeded = "QuotaExceeded";
inline constexpr const char* kLimitRangeViolated = "LimitRangeViolated";
inline constexpr const char* kPodSecurityViolated = "PodSecurityViolated";
inline constexpr const char* kNamespaceTerminating = "NamespaceTerminating";

// What keeps pods from being made, placed, started, or from going on.
inline constexpr const char* kPodsRejected = "PodsRejected";
inline constexpr const char* kUnschedulable = "Unschedulable";
inline constexpr const char* kSchedulingGated = "SchedulingGated";
inline constexpr const char* kImagePullFailed = "ImagePullFailed";
inline constexpr const char* kInvalidImageName = "InvalidImageName";
inline constexpr const char* kContainerConfigInvalid = "ContainerConfigInvalid";
inline constexpr const char* kContainerCannotStart = "ContainerCannotStart";
inline constexpr const char* kCrashLoop = "CrashLoop";
inline constexpr const char* kOutOfMemory = "OutOfMemory";
inline constexpr const char* kEvicted = "Evicted";
inline constexpr const char* kPreempted = "Preempted";
inline constexpr const char* kNodeLost = "NodeLost";
inline constexpr const char* kPodTerminating = "PodTerminating";
inline constexpr const char* kFinalizersPending = "FinalizersPending";
inline constexpr const char* kPodRejected = "PodRejected";
inline constexpr const char* kPaused = "Paused";
inline constexpr const char* kSuspended = "Suspended";
inline constexpr const char* kDeadlineExceeded = "DeadlineExceeded";
inline constexpr const char* kPodNotReady = "PodNotReady";
inline constexpr const char* kNoPods = "NoPods";

// What ails the database and its volume.
inline constexpr const char* kDiskFull = "DiskFull";
inline constexpr const char* kConnectionsExhausted = "ConnectionsExhausted";
inline constexpr const char* kVolumeLost = "VolumeLost";
inline constexpr const char* kVolumeTerminating = "VolumeTerminating";
inline constexpr const char* kVolumeReplaced = "VolumeReplaced";
inline constexpr const char* kDatabaseDoesNotFit = "DatabaseDoesNotFit";
inline constexpr const char* kNoStorageClass = "NoStorageClass";
inline constexpr const char* kStorageClassUnknown = "StorageClassUnknown";
inline constexpr const char* kVolumeNotProvisioned = "VolumeNotProvisioned";
inline constexpr const char* kVolumeNotAttached = "VolumeNotAttached";

// How a migration fares.
inline constexpr const char* kMigrationFailed = "MigrationFailed";
inline constexpr const char* kMigrationWaits = "MigrationWaits";
inline constexpr const char* kMigrationRetries = "MigrationRetries";

inline constexpr const char* kScaledToZero = "ScaledToZero";

// Phases that more than their own condition asks about.
inline constexpr const char* kComplete = "Complete";

}  // namespace crm::reason
