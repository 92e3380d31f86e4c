#include "operator/crm/upgrade/upgrade.h"

#include "tests/operator/crm/instances.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

constexpr const char* kTarget = "0.2.0";

constexpr const char* kEarly = "2030-01-01T00:00:00Z";
constexpr const char* kNoon = "2030-01-01T12:00:00Z";
constexpr const char* kLate = "2030-01-01T23:00:00Z";

std::optional<JobResult> running(const std::string& claim_uid = "") {
    return JobResult{.claim_uid = claim_uid};
}

/// At noon.
std::optional<JobResult> succeeded(const std::string& claim_uid = "") {
    return JobResult{.succeeded = true, .finished_at = kNoon, .claim_uid = claim_uid};
}

std::optional<Claim> claim(const std::string& uid, const std::string& created_at = kEarly) {
    return Claim{.uid = uid, .created_at = created_at};
}

TEST(MigrationOf, KnowsTheSchemaOfTheVolumeThatThereIs) {
    const Schema none;
    const Schema old{.version = "0.1.0", .claim_uid = "a"};
    const Schema current{.version = kTarget, .claim_uid = "a"};
    const struct {
        const char* what;
        std::optional<JobResult> result;
        std::optional<Claim> claim;
        Schema known;
        Schema schema;
        bool done;
        bool outdated;
        bool lost;
    } table[] = {
        {"nothing yet", std::nullopt, std::nullopt, none, none, false, false, false},
        {"first job runs", running(), claim("a"), none, none, false, false, false},
        {"first job succeeded", succeeded(), claim("a"), none, current, true, false, false},
        {"first job succeeded, claim not seen yet", succeeded(), std::nullopt, none, none, false, false,
         false},
        {"claim not seen any more", succeeded(), std::nullopt, current, current, true, false, false},
        {"claim made in the second the job ended", succeeded(), claim("a", kNoon), none, current, true, false,
         false},
        {"job lost", std::nullopt, claim("a"), current, current, true, false, false},
        {"job runs again", running("a"), claim("a"), current, current, true, false, false},
        {"upgrade runs", running("a"), claim("a"), old, old, false, false, false},
        {"upgrade succeeded", succeeded("a"), claim("a"), old, current, true, false, false},
        {"volume replaced, first job", succeeded(), claim("b", kLate), current, current, false, true, true},
        {"volume replaced before the first job was told of", succeeded(), claim("b", kLate), none, none,
         false, true, false},
        {"volume replaced, later job", succeeded("a"), claim("b", kLate), current, current, false, true,
         true},
        {"volume replaced, job of the one before runs", running("a"), claim("b", kLate), current, current,
         false, true, true},
        {"new volume, no job", std::nullopt, claim("b"), current, current, false, false, true},
        {"new volume, job runs", running("b"), claim("b"), current, current, false, false, true},
        {"new volume migrated", succeeded("b"), claim("b"), current, {kTarget, "b"}, true, false, false},
        {"job of an earlier life, other volume", succeeded("a"), claim("c", kLate), none, none, false, true,
         false},
    };
    for (const auto& row : table) {
        const Migration migration{
            .target = kTarget, .job = "job", .result = row.result, .claim = row.claim, .known = row.known};
        EXPECT_EQ(migration.schema(), row.schema) << row.what;
        EXPECT_EQ(migration.is_done(), row.done) << row.what;
        EXPECT_EQ(migration.is_outdated(), row.outdated) << row.what;
        EXPECT_EQ(migration.has_lost_volume(), row.lost) << row.what;
        EXPECT_EQ(migration.is_recorded(),
                  row.known.version == kTarget && (!row.claim || row.claim->uid == row.known.claim_uid))
            << row.what;
    }
}

TEST(ServerVersion, IsTheOneThatServedUntilTheMigrationOfTheTargetHasSucceeded) {
    CrmInstance instance =
        decoded(instance_manifest("acme", "tenants", kube::json::object({{"version", kTarget}})));
    Migration migration{
        .target = kTarget, .job = "job", .result = running("a"), .claim = claim("a"), .known = {}};
    EXPECT_EQ(server_version_to_run(instance, migration), kTarget) << "it has never served";
    for (const char* const running : {"0.1.0", "images.example/own:1"}) {
        instance.status.running_version = running;
        migration.known = {.version = running, .claim_uid = "a"};
        migration.result = std::nullopt;
        EXPECT_EQ(server_version_to_run(instance, migration), running);
        migration.result = JobResult{.failed = true};
        EXPECT_EQ(server_version_to_run(instance, migration), running);
        migration.result = succeeded("a");
        EXPECT_EQ(server_version_to_run(instance, migration), kTarget);
        migration.result = std::nullopt;
        migration.known = {.version = kTarget, .claim_uid = "lost"};
        EXPECT_EQ(server_version_to_run(instance, migration), kTarget) << "a lost volume is no reason";
    }
}

}  // namespace
}  // namespace crm
