#include "operator/crm/report/status.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/report/events.h"
#include "tests/operator/crm/instances.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kImage = "crm-operator.dev/crm-server:0.1.0";
constexpr const char* kBefore = "2030-01-01T00:00:00Z";
constexpr const char* kLater = "2030-01-01T00:05:00Z";

json rollout(int pods, int available, const char* version = "0.1.0") {
    return json::object({{"generation", 1},
                         {"observed_generation", 1},
                         {"wanted", pods},
                         {"replicas", pods},
                         {"updated", pods},
                         {"ready", available},
                         {"available", available},
                         {"version", version}});
}

json job(const char* outcome) {
    json result = json::object({{"reason", "BackoffLimitExceeded"}});
    if (*outcome != '\0') {
        result[outcome] = true;
    }
    return result;
}

/// The world of an instance, and what its status says of it.
struct Given {
    json database = nullptr;
    json migration = nullptr;
    json server = nullptr;
    json pod = json::object({{"ready", true}});
    std::vector<Problem> problems = {};
    Status previous = {};
    std::string now = kBefore;
    bool valid = true;
    int replicas = 1;
    std::vector<Finding> findings = {};

    Status status() const {
        CrmInstance instance = decoded(instance_manifest());
        instance.spec.replicas = replicas;
        Observed observed;
        const auto add = [&](const kube::Kind& kind, const std::string& name, const json& facts) {
            if (!facts.is_null()) {
                observed.objects.push_back(
                    {.kind = kind, .key = {"tenants", name}, .uid = "1", .controller = "", .facts = facts});
            }
        };
        add(kStatefulSet, "acme-database", database);
        add(kPersistentVolumeClaim, "data-acme-database-0", json::object());
        add(kJob, migration_name("acme", kImage), migration);
        add(kDeployment, "acme-server", server);
        add(kPod, "acme-database-0", pod);
        return crm::status({.identity = instance.identity,
                            .spec = valid ? &instance.spec : nullptr,
                            .previous = previous,
                            .observed = observed,
                            .settings = kSettings,
                            .problems = problems,
                            .findings = findings,
                            .now = now});
    }
};

std::string condition_text(const Status& status, std::string_view type) {
    const Condition* found = status.find(type);
    return std::string(name_of(found->status)) + " " + found->reason;
}

Given serving() {
    return {.database = rollout(1, 1), .migration = job("succeeded"), .server = rollout(1, 1)};
}

TEST(StatusOf, TellsEachStageOfALife) {
    Given old_version = serving();
    old_version.server = rollout(1, 1, "0.0.9");
    old_version.migration = job("");
    old_version.previous.running_version = "0.0.9";
    Given half = serving();
    half.server = rollout(2, 1);
    half.previous.running_version = "0.1.0";
    Given failed = serving();
    failed.migration = job("failed");
    Given stopped = serving();
    stopped.server = rollout(0, 0);
    stopped.replicas = 0;
    Given conflicted = serving();
    conflicted.problems = {{reason::kObjectConflict, "in the way"}};
    Given invalid = serving();
    invalid.problems = {{reason::kInvalidSpec, "wrong"}};
    invalid.valid = false;
    const struct {
        const char* stage;
        Given given;
        const char* ready;
        const char* available;
        const char* progressing;
        const char* database;
        const char* schema;
    } table[] = {
        {"nothing",
         {},
         "False DatabaseCreating",
         "False ServerCreating",
         "True Provisioning",
         "False DatabaseCreating",
         "False MigrationPending"},
        {"starting",
         {rollout(1, 0), job(""), rollout(1, 0)},
         "False DatabaseNotReady",
         "False ServerUnavailable",
         "True Provisioning",
         "False DatabaseNotReady",
         "False MigrationRunning"},
        {"migrating",
         {rollout(1, 1), job(""), rollout(1, 0)},
         "False MigrationRunning",
         "False ServerUnavailable",
         "True Provisioning",
         "True AcceptsConnections",
         "False MigrationRunning"},
        {"server starting",
         {rollout(1, 1), job("succeeded"), rollout(1, 0)},
         "False ServerUnavailable",
         "False ServerUnavailable",
         "True Provisioning",
         "True AcceptsConnections",
         "True MigrationSucceeded"},
        {"serving", serving(), "True Serving", "True ServerAvailable", "False Complete",
         "True AcceptsConnections", "True MigrationSucceeded"},
        {"upgrading", old_version, "False MigrationRunning", "True ServerAvailable", "True Migrating",
         "True AcceptsConnections", "False MigrationRunning"},
        {"rolling", half, "False RollingOut", "True ServerAvailable", "True RollingOut",
         "True AcceptsConnections", "True MigrationSucceeded"},
        {"failed", failed, "False MigrationFailed", "True ServerAvailable", "False MigrationFailed",
         "True AcceptsConnections", "False MigrationFailed"},
        {"scaled to zero", stopped, "True ScaledToZero", "False ScaledToZero", "False Complete",
         "True AcceptsConnections", "True MigrationSucceeded"},
        {"conflicted", conflicted, "False ObjectConflict", "True ServerAvailable", "False ObjectConflict",
         "True AcceptsConnections", "True MigrationSucceeded"},
        {"invalid", invalid, "False InvalidSpec", "True ServerAvailable", "False InvalidSpec",
         "True AcceptsConnections", "Unknown InvalidSpec"},
    };
    for (const auto& row : table) {
        const Status status = row.given.status();
        EXPECT_EQ(condition_text(status, condition::kReady), row.ready) << row.stage;
        EXPECT_EQ(condition_text(status, condition::kAvailable), row.available) << row.stage;
        EXPECT_EQ(condition_text(status, condition::kProgressing), row.progressing) << row.stage;
        EXPECT_EQ(condition_text(status, condition::kDatabaseReady), row.database) << row.stage;
        EXPECT_EQ(condition_text(status, condition::kSchemaCurrent), row.schema) << row.stage;
        for (const Condition& condition : status.conditions) {
            EXPECT_EQ(condition.observed_generation, 1) << row.stage;
            EXPECT_FALSE(condition.message.empty()) << row.stage;
        }
    }
}

TEST(StatusOf, SaysHowToHelpAFailedMigration) {
    Given failed = serving();
    failed.migration = job("failed");
    const Condition* schema = nullptr;
    const Status status = failed.status();
    schema = status.find(condition::kSchemaCurrent);
    EXPECT_THAT(schema->message, HasSubstr("BackoffLimitExceeded"));
    EXPECT_THAT(schema->message, HasSubstr("kubectl -n tenants logs job/" + migration_name("acme", kImage)));
    EXPECT_THAT(schema->message, HasSubstr("kubectl -n tenants delete job"));
}

TEST(StatusOf, MovesATransitionTimeOnlyWithTheStatus) {
    Given given = serving();
    const Status first = given.status();
    given.previous = first;
    given.now = kLater;
    EXPECT_EQ(given.status().conditions, first.conditions);

    given.server = rollout(1, 0);
    const Status second = given.status();
    EXPECT_EQ(second.find(condition::kAvailable)->last_transition_time, kLater);
    EXPECT_EQ(second.find(condition::kDatabaseReady)->last_transition_time, kBefore);
}

TEST(StatusOf, IsTheSameForTheSameWorld) {
    Given given = serving();
    given.previous = given.status();
    given.now = kLater;
    EXPECT_EQ(given.status(), given.previous);
}

TEST(StatusOf, NamesTheRunningVersionOnlyWhenEveryPodHasIt) {
    Given given = serving();
    given.server = rollout(2, 1);
    EXPECT_EQ(given.status().running_version, "");
    given.server = rollout(2, 2);
    EXPECT_EQ(given.status().running_version, "0.1.0");
    given.server = rollout(2, 2, "images.example/own:7");
    EXPECT_EQ(given.status().running_version, "images.example/own:7");
}

Given troubled(const char* reason, Component component = Component::server) {
    Given given{.database = rollout(1, 0), .migration = job(""), .server = rollout(1, 0)};
    given.findings = {
        {component, {.reason = reason, .what = "Pod p", .by = "b", .words = "their words", .ns = "t"}}};
    return given;
}

TEST(StatusOf, NamesACauseInsteadOfThePhase) {
    const struct {
        Component component;
        std::string_view condition;
    } table[] = {
        {Component::database, condition::kDatabaseReady},
        {Component::migration, condition::kSchemaCurrent},
        {Component::server, condition::kAvailable},
    };
    for (const auto& row : table) {
        const Status status = troubled(reason::kCrashLoop, row.component).status();
        for (const auto type : {condition::kReady, condition::kProgressing, row.condition}) {
            EXPECT_EQ(condition_text(status, type), "False CrashLoop") << type;
            EXPECT_THAT(status.find(type)->message, HasSubstr("their words")) << type;
        }
        EXPECT_EQ(condition_text(status, condition::kStalled), "True CrashLoop");
    }
}

TEST(StatusOf, GoesOnWhileNothingButTimeIsNeeded) {
    const Status status = troubled(reason::kEvicted).status();
    EXPECT_EQ(condition_text(status, condition::kReady), "False Evicted");
    EXPECT_EQ(condition_text(status, condition::kProgressing), "True Evicted");
    EXPECT_EQ(condition_text(status, condition::kReconciling), "True Evicted");
    EXPECT_EQ(status.find(condition::kStalled), nullptr);
}

TEST(StatusOf, PutsAProblemOfItsOwnWritesFirstAndOfThoseTheWorst) {
    Given given = troubled(reason::kCrashLoop);
    given.problems = {{reason::kNamespaceTerminating, "goes"}, {reason::kWebhookDenied, "no"}};
    const Status status = given.status();
    EXPECT_EQ(condition_text(status, condition::kReady), "False WebhookDenied");
    EXPECT_EQ(condition_text(status, condition::kStalled), "True WebhookDenied");
}

TEST(StatusOf, AddsTheLastWordsOfAFailedMigration) {
    Given given = troubled(reason::kMigrationRetries, Component::migration);
    given.migration = job("failed");
    const Status status = given.status();
    EXPECT_EQ(condition_text(status, condition::kReady), "False MigrationFailed");
    EXPECT_THAT(status.find(condition::kReady)->message, HasSubstr("Its last words: their words"));
}

TEST(StatusOf, KeepsAMessageThatDiffersInNoiseAloneUntilTheSpecChanges) {
    Given given = troubled(reason::kUnschedulable);
    given.findings[0].cause.words = "0/3 nodes are available";
    given.previous = given.status();
    given.findings[0].cause.words = "0/4 nodes are available";
    EXPECT_EQ(given.status(), given.previous);
    given.previous.conditions[0].observed_generation = 0;
    EXPECT_THAT(given.status().find(condition::kReady)->message, HasSubstr("0/4 nodes"));
}

/// A CrmInstance as the API server has it, and what tools that wait are to make of it.
json recorded(const char* name, const char* kstatus, const char* argo_cd, const Given& given) {
    json object = instance_manifest();
    object["metadata"]["generation"] = 1;
    object["status"] = encode(given.status());
    return {{"name", name}, {"kstatus", kstatus}, {"argocd", argo_cd}, {"object", object}};
}

TEST(StatusOf, IsRecordedForTheTestsWithToolsThatWait) {
    Given rolling = serving();
    rolling.previous.running_version = "0.1.0";
    rolling.server = rollout(2, 1);
    Given failed = serving();
    failed.migration = job("failed");
    Given conflicted = serving();
    conflicted.problems = {{reason::kObjectConflict, "in the way"}};
    Given invalid = serving();
    invalid.problems = {{reason::kInvalidSpec, "wrong"}};
    invalid.valid = false;
    Given stopped = serving();
    stopped.server = rollout(0, 0);
    stopped.replicas = 0;
    json all = {
        recorded("nothing is there yet", "InProgress", "Progressing", {}),
        recorded("it is being started", "InProgress", "Progressing", {rollout(1, 0), job(""), rollout(1, 0)}),
        recorded("it serves", "Current", "Healthy", serving()),
        recorded("it is scaled to zero", "Current", "Suspended", stopped),
        recorded("it is being rolled", "InProgress", "Progressing", rolling),
        recorded("its migration failed", "Failed", "Degraded", failed),
        recorded("something is in its way", "Failed", "Degraded", conflicted),
        recorded("its spec is not valid", "Failed", "Degraded", invalid)};
    for (const CauseRow& row : cause_rows()) {
        all.push_back(recorded(row.reason, row.needs_person ? "Failed" : "InProgress",
                               row.needs_person ? "Degraded" : "Progressing", troubled(row.reason)));
    }
    const std::string path = SOURCE_DIR "/tests/operator/golden/statuses.json";
    const std::string text = all.dump(1) + "\n";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
    }
    std::ifstream file(path);
    EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {}));
}

std::vector<std::string> told(const Status& before, const Status& after) {
    const Identity identity{.key = {"tenants", "acme"}, .uid = "1"};
    std::vector<std::string> result;
    for (const json& event : events(identity, before, after, kLater)) {
        result.push_back(event["type"].get<std::string>() + " " + event["reason"].get<std::string>());
    }
    return result;
}

TEST(Events, TellTheTransitionsThatPeopleAskAbout) {
    const Status starting = Given{}.status();
    Given on = serving();
    on.previous = starting;
    const Status up = on.status();
    Given off = serving();
    off.previous = up;
    off.server = rollout(1, 0);
    const Status down = off.status();
    Given bad = serving();
    bad.previous = up;
    bad.migration = job("failed");
    bad.previous.schema = {};
    const Status failed = bad.status();
    Given none = serving();
    none.previous = up;
    none.server = rollout(0, 0);
    none.replicas = 0;
    Status other_version = up;
    other_version.running_version = "0.2.0";

    EXPECT_THAT(told({}, starting), ElementsAre("Normal Provisioning"));
    EXPECT_THAT(told(starting, up), ElementsAre("Normal Ready"));
    EXPECT_THAT(told(up, down), ElementsAre("Warning Unavailable"));
    EXPECT_THAT(told(up, failed), ElementsAre("Warning MigrationFailed"));
    EXPECT_THAT(told(up, none.status()), ElementsAre("Normal ScaledToZero"));
    EXPECT_THAT(told(up, other_version), ElementsAre("Normal VersionChanged"));
    EXPECT_THAT(told(failed, failed), IsEmpty());
    EXPECT_THAT(told(up, up), IsEmpty());
}

TEST(Events, TellOfAnotherVolumeAlsoWhenItWasMigratedBeforeAnybodyWasTold) {
    Status before = serving().status();
    before.schema.claim_uid = "one";
    Status after = before;
    after.schema.claim_uid = "two";
    EXPECT_THAT(told(before, after), ElementsAre("Warning VolumeReplaced"));
    before.conditions.front().reason = reason::kVolumeReplaced;  // of Ready
    EXPECT_THAT(told(before, after), testing::Not(testing::Contains("Warning VolumeReplaced")));
    before.schema.claim_uid.clear();
    before.conditions = after.conditions;
    EXPECT_THAT(told(before, after), IsEmpty()) << "the first one";
}

TEST(Events, HaveTheSameNameWhenToldTwiceAndAnotherForAnotherTransition) {
    const Identity identity{.key = {"tenants", "acme"}, .uid = "1"};
    const Status up = serving().status();
    const auto name = [&](const Status& before, const Status& after, const char* now) {
        return events(identity, before, after, now).at(0)["metadata"]["name"].get<std::string>();
    };
    Given off = serving();
    off.previous = up;
    off.server = rollout(1, 0);
    off.now = kLater;
    const Status down = off.status();
    EXPECT_EQ(name(up, down, kBefore), name(up, down, kLater));
    Status up_again = up;
    up_again.conditions[0].last_transition_time = kLater;
    EXPECT_NE(name(up, down, kLater), name(up_again, down, kLater));
}

}  // namespace
}  // namespace crm
