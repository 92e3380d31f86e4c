#include "operator/crm/upgrade/upgrade.h"

#include "tests/operator/crm/instances.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

constexpr const char* kTarget = "0.2.0";

std::optional<JobResult> job(bool succeeded, const std::string& claim_uid) {
    return JobResult{.succeeded = succeeded, .claim_uid = claim_uid};
}

TEST(MigrationOf, KnowsTheSchemaOfTheVolumeThatThereIs) {
    const Schema none;
    const Schema old{.version = "0.1.0", .claim_uid = "a"};
    const Schema current{.version = kTarget, .claim_uid = "a"};
    const struct {
        const char* what;
        std::optional<JobResult> result;
        std::string claim_uid;
        Schema known;
        Schema schema;
        bool done;
        bool outdated;
        bool lost;
    } table[] = {
        {"nothing yet", std::nullopt, "", none, none, false, false, false},
        {"first job runs", job(false, ""), "a", none, none, false, false, false},
        {"first job succeeded", job(true, ""), "a", none, current, true, false, false},
        {"claim not seen", job(true, ""), "", none, {kTarget, ""}, true, false, false},
        {"claim not seen any more", job(true, ""), "", current, current, true, false, false},
        {"job lost", std::nullopt, "a", current, current, true, false, false},
        {"job runs again", job(false, "a"), "a", current, current, true, false, false},
        {"upgrade runs", job(false, "a"), "a", old, old, false, false, false},
        {"upgrade succeeded", job(true, "a"), "a", old, current, true, false, false},
        {"volume replaced, first job", job(true, ""), "b", current, current, false, true, true},
        {"volume replaced, later job", job(true, "a"), "b", current, current, false, true, true},
        {"new volume, no job", std::nullopt, "b", current, current, false, false, true},
        {"new volume, job runs", job(false, "b"), "b", current, current, false, false, true},
        {"new volume migrated", job(true, "b"), "b", current, {kTarget, "b"}, true, false, false},
    };
    for (const auto& row : table) {
        const Migration migration{.target = kTarget,
                                  .job = "job",
                                  .result = row.result,
                                  .claim_uid = row.claim_uid,
                                  .known = row.known};
        EXPECT_EQ(migration.schema(), row.schema) << row.what;
        EXPECT_EQ(migration.is_done(), row.done) << row.what;
        EXPECT_EQ(migration.is_outdated(), row.outdated) << row.what;
        EXPECT_EQ(migration.has_lost_volume(), row.lost) << row.what;
    }
}

TEST(ServerImage, IsTheOneThatServedUntilTheMigrationOfTheTargetHasSucceeded) {
    CrmInstance instance =
        decoded(instance_manifest("acme", "tenants", kube::json::object({{"version", kTarget}})));
    Migration migration{
        .target = kTarget, .job = "job", .result = job(false, "a"), .claim_uid = "a", .known = {}};
    const std::string target = "crm-operator.dev/crm-server:0.2.0";
    EXPECT_EQ(server_image_to_run(instance, migration, kSettings), target) << "it has never served";
    for (const auto& [running, image] : {std::pair("0.1.0", "crm-operator.dev/crm-server:0.1.0"),
                                         std::pair("images.example/own:1", "images.example/own:1")}) {
        instance.status.running_version = running;
        migration.known = {.version = running, .claim_uid = "a"};
        migration.result = std::nullopt;
        EXPECT_EQ(server_image_to_run(instance, migration, kSettings), image);
        migration.result = JobResult{.failed = true};
        EXPECT_EQ(server_image_to_run(instance, migration, kSettings), image);
        migration.result = job(true, "a");
        EXPECT_EQ(server_image_to_run(instance, migration, kSettings), target);
        migration.result = std::nullopt;
        migration.known = {.version = kTarget, .claim_uid = "lost"};
        EXPECT_EQ(server_image_to_run(instance, migration, kSettings), target)
            << "a lost volume is no reason";
    }
}

}  // namespace
}  // namespace crm
