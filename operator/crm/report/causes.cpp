#include "operator/crm/report/causes.h"

#include "common/text.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/report/problem.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace crm {
namespace {

using namespace std::chrono_literals;

constexpr bool kPerson = true;
constexpr bool kPasses = false;

constexpr std::array kCauses{
    CauseRow{reason::kInvalidSpec, kPerson, 0s, "Correct the spec: {words}"},
    CauseRow{reason::kNamespaceTerminating, kPasses, 0s,
             "The namespace is being deleted, so {what} cannot be created. To keep the instance, create it "
             "in another namespace. The API server says: {words}"},
    CauseRow{reason::kWebhookUnavailable, kPerson, 0s,
             "Webhook {by} does not answer, and without its answer the API server writes no {what}: see that "
             "the webhook runs, or take it out of its webhook configuration. The API server says: {words}"},
    CauseRow{reason::kWebhookDenied, kPerson, 0s,
             "Webhook {by} denies {what}: change the spec as it asks for, or have it exempt the namespace. "
             "The API server says: {words}"},
    CauseRow{reason::kPolicyDenied, kPerson, 0s,
             "Policy {by} denies {what}: change the spec as it asks for, or have it exempt the namespace. "
             "The API server says: {words}"},
    CauseRow{reason::kQuotaExceeded, kPerson, 0s,
             "ResourceQuota {by} of the namespace has no room for {what}: raise it, or ask for less with "
             "spec.replicas, spec.size or spec.resources. The API server says: {words}"},
    CauseRow{reason::kLimitRangeViolated, kPerson, 0s,
             "A LimitRange of the namespace does not allow {what}: change it, or spec.resources. The API "
             "server says: {words}"},
    CauseRow{reason::kPodSecurityViolated, kPerson, 0s,
             "The Pod Security Standard {by} of the namespace does not allow {what}, which the operator "
             "makes within the standard restricted: see which policy or webhook changes it. The API server "
             "says: {words}"},
    CauseRow{reason::kForbidden, kPerson, 0s,
             "The operator lacks a right that {what} needs: grant it, see config/rbac/role.yaml. The API "
             "server says: {words}"},
    CauseRow{reason::kObjectConflict, kPerson, 0s,
             "{what} exists and is managed by somebody else: delete it, or give the CrmInstance another "
             "name. The API server says: {words}"},
    CauseRow{reason::kObjectRejected, kPerson, 0s,
             "The API server refused {what}: change the spec accordingly. It says: {words}"},
    CauseRow{reason::kPodsRejected, kPerson, 3s,
             "Kubernetes cannot create {what}: put right what it names. It says: {words}"},
    CauseRow{reason::kVolumeLost, kPerson, 0s,
             "The volume {by} of {what} is gone, and the data with it: restore it, or see \"A lost volume\" "
             "in docs/operations.md. {words}"},
    CauseRow{reason::kVolumeTerminating, kPerson, 15s,
             "{what} is being deleted, and its data is lost as soon as no pod uses it: have PersistentVolume "
             "{by} retained now (spec.persistentVolumeReclaimPolicy), and see \"A volume that is being "
             "deleted\" in docs/operations.md. {words}"},
    CauseRow{reason::kNoStorageClass, kPerson, 15s,
             "{what} waits for a volume and names no StorageClass, and the cluster has no default one: mark "
             "a StorageClass as the default, create a volume by hand, or make the instance anew with "
             "spec.database.storage.className. {words}"},
    CauseRow{reason::kStorageClassUnknown, kPerson, 0s,
             "{what} waits for a volume of StorageClass {by}, which does not exist: create it, or make the "
             "instance anew with another spec.database.storage.className. Kubernetes says: {words}"},
    CauseRow{reason::kVolumeNotProvisioned, kPerson, 15s,
             "{what} waits for a volume, and its provisioner cannot make one: make room or repair it, see "
             "kubectl -n {ns} describe {what}. It says: {words}"},
    CauseRow{reason::kVolumeNotAttached, kPerson, 25s,
             "A volume of {what} cannot be attached to its node or mounted: put right what is named, see "
             "kubectl -n {ns} describe {what}. Kubernetes says: {words}"},
    CauseRow{reason::kDiskFull, kPerson, 0s,
             "A disk is full: {what} ended with exit code {by}. Enlarge the volume, or free space on the "
             "node. Its last words: {words}"},
    CauseRow{reason::kOutOfMemory, kPerson, 0s,
             "{what} was killed because it took more memory than its limit: raise spec.resources or "
             "spec.size. {words}"},
    CauseRow{reason::kImagePullFailed, kPerson, 0s,
             "The image {by} of {what} cannot be pulled: correct spec.version or spec.image, or see that the "
             "node can reach the registry and may pull. The registry says: {words}"},
    CauseRow{reason::kInvalidImageName, kPerson, 0s,
             "The image {by} of {what} has no valid name: correct spec.image, or the options of the "
             "operator. The kubelet says: {words}"},
    CauseRow{
        reason::kContainerConfigInvalid, kPerson, 5s,
        "The configuration of {what} cannot be made: put right what the kubelet names. It says: {words}"},
    CauseRow{reason::kContainerCannotStart, kPerson, 0s,
             "{what} cannot be started: see that its image {by} holds the program. The node says: {words}"},
    CauseRow{reason::kCrashLoop, kPerson, 0s,
             "{what} ends again and again, last with exit code {by}: put right what its last words tell, or "
             "go back to what ran before. Its last words: {words}"},
    CauseRow{reason::kUnschedulable, kPerson, 10s,
             "No node takes {what}: add a node, make room on one, or ask for less with spec.size or "
             "spec.resources. The scheduler says: {words}"},
    CauseRow{
        reason::kSchedulingGated, kPerson, 15s,
        "{what} is held back by a scheduling gate: see who set it, and lift it. The scheduler says: {words}"},
    CauseRow{reason::kNodeLost, kPerson, 30s,
             "{what} was on node {by}, which is lost: bring the node back, or delete the Node, so that the "
             "pod is made on another. Kubernetes says: {words}"},
    // Beyond the grace period of every pod that the operator makes.
    CauseRow{
        reason::kPodTerminating, kPerson, 90s,
        "{what} is being deleted and does not go, and another is made only when it is gone: see that the "
        "kubelet of node {by} runs, and who is to take the pod's finalizers, if it has any. {words}"},
    CauseRow{
        reason::kFinalizersPending, kPerson, 10s,
        "{what} has ended and does not go, and another is made only when it is gone: see who is to take its "
        "finalizers, or take them with kubectl -n {ns} edit {what}. {words}"},
    CauseRow{
        reason::kPodRejected, kPerson, 10s,
        "The kubelet of node {by} refuses {what}, and each that is made in its place: see who binds pods to "
        "that node, past the scheduler, or make room there. The kubelet says: {words}"},
    CauseRow{reason::kFieldsContested, kPerson, 0s,
             "{by} changes {words} of {what} again and again. The operator puts it back, but only after a "
             "pause: have {by} leave {what} alone, or change the CrmInstance instead."},
    CauseRow{
        reason::kDeletedAgain, kPerson, 0s,
        "{what} is deleted, or loses its labels, again and again. The operator makes it anew, but only "
        "after a pause: see in the audit log of the API server who it is, and have them leave it alone."},
    CauseRow{
        reason::kDatabaseDoesNotFit, kPerson, 0s,
        "The database was to run with {what}, which fits no node ({words}): it runs with what it had "
        "before, and this is not tried again. Ask for less with spec.size or spec.resources.database; or "
        "add a node, take the change back and make it again."},
    CauseRow{reason::kWritesThrottled, kPerson, 0s,
             "The operator has more to write for this instance than {words}, because something changes what "
             "it writes, and so it writes less often now. See who: {what}"},
    CauseRow{reason::kMigrationFailed, kPerson, 0s, "{words}"},
    CauseRow{reason::kPaused, kPerson, 15s,
             "{what} is paused, and what is new is not rolled out: resume it with kubectl -n {ns} rollout "
             "resume {what}. {words}"},
    CauseRow{reason::kSuspended, kPerson, 15s,
             "{what} is suspended, and does nothing: resume it (spec.suspend), or see why the queue that "
             "holds it, such as Kueue, does not admit it. Kubernetes says: {words}"},
    CauseRow{reason::kDeadlineExceeded, kPerson, 0s,
             "{what} has made no progress for too long: see why with kubectl -n {ns} describe {what}. "
             "Kubernetes says: {words}"},
    CauseRow{reason::kVolumeReplaced, kPasses, 0s, "{words}"},
    CauseRow{reason::kConnectionsExhausted, kPasses, 0s,
             "The database has no connection left for {what}, which tries again: if this lasts, lower "
             "spec.replicas, raise spec.size, or end what else is connected. Its last words: {words}"},
    CauseRow{reason::kEvicted, kPasses, 0s,
             "{what} was evicted from node {by} and is made anew: if this repeats, see the node's memory and "
             "disk. Kubernetes says: {words}"},
    CauseRow{reason::kPreempted, kPasses, 0s,
             "{what} had to give way to pods of a higher priority and is made anew: if this repeats, add a "
             "node. Kubernetes says: {words}"},
    CauseRow{reason::kMigrationWaits, kPasses, 0s,
             "The migration of the schema waits for the database, and tries again: {what} ended with exit "
             "code {by}. Its last words: {words}"},
    CauseRow{reason::kMigrationRetries, kPasses, 0s,
             "An attempt to migrate the schema has failed, and is made again a few times: {what} ended with "
             "exit code {by}. Its last words: {words}"},
    CauseRow{reason::kPodNotReady, kPasses, 25s,
             "{what} has not become ready for a while: see why with kubectl -n {ns} describe {what}. Its "
             "state: {words}"},
    CauseRow{reason::kNoPods, kPasses, 25s,
             "{what} has had no pod for a while, and nobody tells why: see kubectl -n {ns} describe {what}, "
             "and that kube-controller-manager runs. {words}"},
};

}  // namespace

std::span<const CauseRow> cause_rows() {
    return kCauses;
}

const CauseRow* find_cause(std::string_view reason) {
    const auto* const found = std::find_if(kCauses.begin(), kCauses.end(),
                                           [&](const CauseRow& row) { return row.reason == reason; });
    return found != kCauses.end() ? found : nullptr;
}

bool needs_person(std::string_view reason) {
    const CauseRow* row = find_cause(reason);
    return row == nullptr || row->needs_person;
}

std::size_t rank_of(std::string_view reason) {
    const CauseRow* row = find_cause(reason);
    const std::size_t place = row != nullptr ? static_cast<std::size_t>(row - kCauses.data()) : 0;
    return needs_person(reason) ? place : place + kCauses.size();
}

std::string explain(const Cause& cause) {
    const CauseRow* row = find_cause(cause.reason);
    const std::string message = fmt::format(fmt::runtime(row != nullptr ? row->message : "{what}: {words}"),
                                            fmt::arg("what", cause.what), fmt::arg("by", cause.by),
                                            fmt::arg("words", cause.words), fmt::arg("ns", cause.ns));
    return common::one_line(message, kMessageLimit);
}

}  // namespace crm
