#include "operator/crm/report/status.h"

#include "common/text.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/report/causes.h"
#include "operator/crm/report/database_status.h"
#include "operator/crm/upgrade/upgrade.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace crm {
namespace {

/// What is said of one condition.
struct Verdict {
    Truth status = Truth::unknown;
    std::string reason;
    std::string message;
};

/// What the verdicts are made from.
struct Situation {
    const std::string& name;
    const std::string& ns;
    std::vector<Problem> problems;  // what matters more first
    const std::vector<Finding>& findings;
    std::string target_image;            // empty when the spec is not valid
    std::optional<Migration> migration;  // likewise
    std::optional<Rollout> database;
    bool database_complete;  // its pod is as wanted
    std::optional<Rollout> server;
    bool database_serves;  // also while its workload is replaced; so for the server
    bool server_serves;
    bool was_complete;  // at some time before
    bool is_off;        // no server is to run
    Update update;
};

/// Whether a pod of the component is ready, be it that its workload is replaced. What a deleted namesake left
/// does not count.
bool pods_serve(const StatusInput& in, const kube::Kind& kind, const std::string& workload,
                Component component) {
    const ObservedObject* object = in.observed.find(kind, workload);
    const bool ours = object == nullptr || object->controller == in.identity.uid;
    return ours && in.observed.has_ready_pod(component);
}

std::vector<Problem> sorted(std::vector<Problem> problems) {
    std::ranges::sort(problems, {}, [](const Problem& problem) {
        return std::pair(rank_of(problem.reason), problem.message);
    });
    return problems;
}

Situation situation_of(const StatusInput& in) {
    const std::string& name = in.identity.key.name;
    const auto workload = in.observed.rollout(kStatefulSet, database_name(name));
    const auto server = in.observed.rollout(kDeployment, server_name(name));
    return {.name = name,
            .ns = in.identity.key.ns,
            .problems = sorted(problems_with(database_status(in), in)),
            .findings = in.findings,
            .target_image = in.spec != nullptr ? target_image(*in.spec, in.settings) : std::string{},
            .migration = in.spec != nullptr ? std::optional(migration_of(name, *in.spec, in.previous.schema,
                                                                         in.observed, in.settings))
                                            : std::nullopt,
            .database = workload,
            .database_complete = is_database_complete(in.observed, name),
            .server = server,
            .database_serves = (workload && workload->ready > 0) ||
                               pods_serve(in, kStatefulSet, database_name(name), Component::database),
            .server_serves = (server && server->available > 0) ||
                             pods_serve(in, kDeployment, server_name(name), Component::server),
            .was_complete = !in.previous.running_version.empty(),
            .is_off = in.spec != nullptr && in.spec->replicas == 0 && server && server->wanted == 0,
            .update = in.update};
}

/// What is in the way of a part, instead of the phase that it is in.
std::optional<Verdict> cause_of(const Situation& now, Component component) {
    const auto found = std::ranges::find(now.findings, component, &Finding::component);
    return found != now.findings.end()
               ? std::optional(Verdict{Truth::no, found->cause.reason, explain(found->cause)})
               : std::nullopt;
}

Verdict database_ready(const Situation& now) {
    if (now.database_serves) {
        return {Truth::yes, "AcceptsConnections", "The database accepts connections."};
    }
    if (!now.database) {
        return {Truth::no, "DatabaseCreating", "The database has not been created yet."};
    }
    if (auto cause = cause_of(now, Component::database)) {
        return *cause;
    }
    return {Truth::no, "DatabaseNotReady",
            fmt::format("The database does not accept connections yet. If this lasts, see why: "
                        "kubectl -n {} describe pod {}",
                        now.ns, database_pod_name(now.name))};
}

/// What the failed attempts said, as far as their pods are still there.
std::string last_words_of_migration(const Situation& now) {
    for (const Finding& finding : now.findings) {
        if (finding.component == Component::migration && !finding.cause.words.empty()) {
            return " Its last words: " + finding.cause.words;
        }
    }
    return {};
}

Verdict schema_current(const Situation& now) {
    if (!now.migration) {
        return {Truth::unknown, reason::kInvalidSpec, "The spec does not say which version is wanted."};
    }
    const Migration& migration = *now.migration;
    if (migration.is_done()) {
        return {Truth::yes, "MigrationSucceeded", "The schema is the one of the target version."};
    }
    if (migration.result && migration.result->failed && !migration.is_outdated()) {
        return {Truth::no, reason::kMigrationFailed,
                fmt::format("The migration of the schema failed ({0}). See why: kubectl -n {1} logs job/{2}; "
                            "to try again, delete the Job: kubectl -n {1} delete job {2}.{3}",
                            migration.result->reason, now.ns, migration.job, last_words_of_migration(now))};
    }
    if (migration.has_lost_volume()) {
        return {Truth::no, reason::kVolumeReplaced,
                fmt::format("The volume of the database is another one, without the data of the one before. "
                            "Job {} makes its schema. To go back to the data, restore the volume.",
                            migration.job)};
    }
    if (auto cause = cause_of(now, Component::migration)) {
        return *cause;
    }
    if (!migration.result) {
        return {Truth::no, "MigrationPending", "The migration of the schema has not been started yet."};
    }
    return {Truth::no, "MigrationRunning", fmt::format("Job {} migrates the schema.", migration.job)};
}

Verdict available(const Situation& now) {
    if (now.is_off) {
        return {Truth::no, reason::kScaledToZero,
                fmt::format("spec.replicas is 0, so no server runs. To start one: "
                            "kubectl -n {} scale crminstance/{} --replicas=1",
                            now.ns, now.name)};
    }
    if (now.server_serves) {
        return {Truth::yes, "ServerAvailable", "The server answers requests."};
    }
    if (!now.server) {
        return {Truth::no, "ServerCreating", "The server has not been created yet."};
    }
    if (auto cause = cause_of(now, Component::server)) {
        return *cause;
    }
    return {Truth::no, "ServerUnavailable",
            fmt::format("No pod of the server is ready. If this lasts, see why: "
                        "kubectl -n {} describe pods -l {}",
                        now.ns, selector_text(now.name, Component::server))};
}

/// What is in the way of the instance; what a person must put right comes before what will pass.
std::optional<Verdict> obstacle(const Situation& now) {
    if (!now.problems.empty()) {
        return Verdict{Truth::no, now.problems.front().reason, now.problems.front().message};
    }
    if (Verdict schema = schema_current(now); schema.reason == reason::kMigrationFailed) {
        return schema;
    }
    return now.findings.empty() ? std::nullopt
                                : std::optional(Verdict{Truth::no, now.findings.front().cause.reason,
                                                        explain(now.findings.front().cause)});
}

bool is_migrated(const Situation& now) {
    return schema_current(now).status == Truth::yes &&
           (!now.server || now.server->version == now.migration->target);
}

/// Whether what runs is what is to run, whatever else may be in the way.
bool is_complete(const Situation& now) {
    return is_migrated(now) && now.database_complete && now.server && now.server->complete();
}

/// It goes on while nothing but time is needed.
Verdict progressing(const Situation& now) {
    if (auto found = obstacle(now)) {
        found->status = needs_person(found->reason) ? Truth::no : Truth::yes;
        return *found;
    }
    if (now.update == Update::waiting) {
        return {
            Truth::yes, "UpdatePending",
            "What runs is to be changed by an update of the operator, which disrupts few instances at once "
            "(--max-disruptions). This one waits for its turn and serves meanwhile."};
    }
    if (is_complete(now)) {
        return {Truth::no, reason::kComplete, "Everything is as the spec asks for."};
    }
    if (!now.was_complete) {
        return {Truth::yes, "Provisioning", "The database and the server are being started."};
    }
    if (!is_migrated(now)) {
        return {Truth::yes, "Migrating",
                fmt::format("The server runs {} when the migration of the schema has succeeded.",
                            now.target_image)};
    }
    if (now.server && now.server->complete()) {
        return {Truth::yes, "RollingOut", "The pod of the database is being replaced."};
    }
    return {Truth::yes, "RollingOut",
            fmt::format("{} of {} pods of the server are up to date and ready.",
                        now.server ? std::min(now.server->updated, now.server->available) : 0,
                        now.server ? now.server->wanted : 0)};
}

/// Whether all is as the spec asks for, or the first thing that is in the way. That no server runs, when none
/// is to run, is in nobody's way: a tool that waits has what it waits for.
Verdict ready(const Situation& now) {
    if (auto found = obstacle(now)) {
        return *found;
    }
    const bool waits = now.update == Update::waiting;  // for a schema that nobody misses yet, too
    for (const auto verdict : {database_ready, waits ? database_ready : schema_current, available}) {
        const Verdict needed = verdict(now);
        if (needed.status != Truth::yes && needed.reason != reason::kScaledToZero) {
            return {Truth::no, needed.reason, needed.message};
        }
    }
    if (const Verdict change = progressing(now); change.status == Truth::yes && !waits) {
        return {Truth::no, change.reason, change.message};
    }
    if (const Verdict off = available(now); off.status != Truth::yes) {
        return {Truth::yes, off.reason, off.message};
    }
    return {Truth::yes, "Serving", fmt::format("The CRM serves at {}", api_endpoint(now.name, now.ns))};
}

/// Tools stop waiting for what only a person can help.
Verdict stalled(const Situation& now) {
    const auto found = obstacle(now);
    return found && needs_person(found->reason) ? Verdict{Truth::yes, found->reason, found->message}
                                                : Verdict{Truth::no, "", ""};
}

Verdict reconciling(const Situation& now) {
    Verdict verdict = progressing(now);
    verdict.status = verdict.status == Truth::yes && ready(now).status != Truth::yes ? Truth::yes : Truth::no;
    return verdict;
}

struct ConditionRow {
    std::string_view type;
    Verdict (*verdict)(const Situation&);
    bool only_while_true = false;
};
constexpr ConditionRow kConditions[] = {
    {condition::kReady, ready},
    {condition::kAvailable, available},
    {condition::kProgressing, progressing},
    {condition::kDatabaseReady, database_ready},
    {condition::kSchemaCurrent, schema_current},
    {condition::kReconciling, reconciling, true},
    {condition::kStalled, stalled, true},
};

/// A message stays as it was when it differs in noise alone: a webhook that denies with another uuid each
/// time says nothing new. What the operator counts itself is none.
std::string message_of(const Verdict& verdict, const Condition* before, const Identity& identity) {
    std::string message = common::one_line(verdict.message, kMessageLimit);
    const bool same = before != nullptr && before->status == verdict.status &&
                      before->reason == verdict.reason && before->observed_generation == identity.generation;
    const bool kept =
        same && find_cause(verdict.reason) != nullptr && common::same_but_for_noise(before->message, message);
    return kept ? before->message : message;
}

Condition condition_of(const ConditionRow& row, const Situation& situation, const StatusInput& in) {
    Verdict verdict = row.verdict(situation);
    const Condition* before = in.previous.find(row.type);
    const bool same = before != nullptr && before->status == verdict.status;
    std::string message = message_of(verdict, before, in.identity);
    return {.type = std::string(row.type),
            .status = verdict.status,
            .reason = std::move(verdict.reason),
            .message = std::move(message),
            .observed_generation = in.identity.generation,
            .last_transition_time = same ? before->last_transition_time : in.now};
}

/// The condition stands there from the beginning, and a schema only once the database has served.
std::string database_since(const Status& previous) {
    const Condition* ready = previous.find(condition::kDatabaseReady);
    const bool has_served =
        ready != nullptr && (ready->status == Truth::yes || !previous.schema.version.empty());
    return has_served ? ready->last_transition_time : "";
}

}  // namespace

Unfinished unfinished(const StatusInput& in) {
    const Situation now = situation_of(in);
    return {.database = !now.database_serves || !now.database_complete,
            .migration = now.migration && !now.migration->is_done(),
            .server = !now.server || !now.server->complete(),
            .database_since = database_since(in.previous)};
}

Status status(const StatusInput& in) {
    const Situation now = situation_of(in);
    Status result{.observed_generation = in.identity.generation,
                  .complete_generation = in.previous.complete_generation,
                  .conditions = {},
                  .running_version = in.previous.running_version,
                  .target_version =
                      in.spec != nullptr ? target_version(*in.spec, in.settings) : in.previous.target_version,
                  .schema = now.migration ? now.migration->schema() : in.previous.schema,
                  .update = in.update,
                  .database = database_status(in),
                  .replicas = now.server ? now.server->replicas : 0,
                  .ready_replicas = now.server ? now.server->ready : 0,
                  .selector = selector_text(now.name, Component::server),
                  .api_endpoint = api_endpoint(now.name, now.ns),
                  .admin_secret = admin_secret_name(now.name)};
    if (now.server && now.server->wanted > 0 && now.server->complete() && !now.server->version.empty()) {
        result.running_version = now.server->version;
    }
    for (const ConditionRow& row : kConditions) {
        Condition condition = condition_of(row, now, in);
        if (condition.status == Truth::yes || !row.only_while_true) {
            result.conditions.push_back(std::move(condition));
        }
    }
    if (in.spec != nullptr && is_complete(now) && !in.is_changing) {
        result.complete_generation = in.identity.generation;
        result.update = Update::none;
    }
    return result;
}

}  // namespace crm
