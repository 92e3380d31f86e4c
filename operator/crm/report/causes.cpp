#include "operator/crm/report/causes.h"

#include "common/text.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/report/problem.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace crm {
namespace {

constexpr bool kPerson = true;
constexpr bool kPasses = false;

constexpr std::array kCauses{
    CauseRow{reason::kInvalidSpec, kPerson, "Correct the spec: {words}"},
    CauseRow{
        reason::kNamespaceTerminating, kPasses,
        "The namespace is being deleted, so {what} cannot be created. To keep the instance, create it in "
        "another namespace. The API server says: {words}"},
    CauseRow{reason::kWebhookUnavailable, kPerson,
             "Webhook {by} does not answer, and without its answer the API server writes no {what}: see that "
             "the webhook runs, or take it out of its webhook configuration. The API server says: {words}"},
    CauseRow{
        reason::kWebhookDenied, kPerson,
        "Webhook {by} denies {what}: change the spec as it asks for, or have it exempt the namespace. The "
        "API server says: {words}"},
    CauseRow{
        reason::kPolicyDenied, kPerson,
        "Policy {by} denies {what}: change the spec as it asks for, or have it exempt the namespace. The "
        "API server says: {words}"},
    CauseRow{reason::kQuotaExceeded, kPerson,
             "ResourceQuota {by} of the namespace has no room for {what}: raise it, or ask for less with "
             "spec.replicas, spec.size or spec.resources. The API server says: {words}"},
    CauseRow{
        reason::kLimitRangeViolated, kPerson,
        "A LimitRange of the namespace does not allow {what}: change it, or spec.resources. The API server "
        "says: {words}"},
    CauseRow{
        reason::kPodSecurityViolated, kPerson,
        "The Pod Security Standard {by} of the namespace does not allow {what}, which the operator makes "
        "within the standard \"restricted\": see which policy or webhook changes it. The API server says: "
        "{words}"},
    CauseRow{
        reason::kForbidden, kPerson,
        "The operator lacks a right that {what} needs: grant it, see config/rbac/role.yaml. The API server "
        "says: {words}"},
    CauseRow{
        reason::kObjectConflict, kPerson,
        "{what} exists and is managed by somebody else: delete it, or give the CrmInstance another name. "
        "The API server says: {words}"},
    CauseRow{reason::kObjectRejected, kPerson,
             "The API server refused {what}: change the spec accordingly. It says: {words}"},
    CauseRow{reason::kDatabaseDoesNotFit, kPerson,
             "The database was to run with {what}, which fits no node ({words}): it runs with what it had "
             "before, and "
             "this is not tried again. Ask for less with spec.size or spec.resources.database; or add a "
             "node, take the "
             "change back and make it again."},
    CauseRow{reason::kMigrationFailed, kPerson, "{words}"},
    CauseRow{reason::kVolumeReplaced, kPasses, "{words}"},
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

std::string explain(const Cause& cause) {
    const CauseRow* row = find_cause(cause.reason);
    const std::string message =
        fmt::format(fmt::runtime(row != nullptr ? row->message : "{what}: {words}"),
                    fmt::arg("what", cause.what), fmt::arg("by", cause.by), fmt::arg("words", cause.words));
    return common::one_line(message, kMessageLimit);
}

}  // namespace crm
