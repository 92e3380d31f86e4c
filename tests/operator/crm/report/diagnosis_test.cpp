#include "operator/crm/report/diagnosis.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/reasons.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::ElementsAre;
using testing::IsEmpty;

const Unfinished kAll{.database = true, .migration = true, .server = true};

/// An instance whose workloads are there, each with a pod.
struct Given {
    Observed observed = {};

    ObservedObject& add(const kube::Kind& kind, const std::string& name, const json& facts = json::object()) {
        observed.objects.push_back({.kind = kind,
                                    .key = {"tenants", name},
                                    .uid = "uid-of-" + name,
                                    .controller = "",
                                    .facts = facts});
        return observed.objects.back();
    }
    ObservedObject& pod(const std::string& name, const char* component, const char* reason = nullptr) {
        ObservedObject& object = add(kPod, name, {{"component", component}});
        if (reason != nullptr) {
            object.ailment = Ailment{.reason = reason, .what = "Pod " + name};
        }
        return object;
    }
    std::vector<std::string> reasons(const Unfinished& unfinished = kAll) const {
        std::vector<std::string> result;
        for (const Finding& finding : diagnose({"tenants", "acme"}, observed, unfinished)) {
            result.push_back(std::string(name_of(finding.component)) + " " + finding.cause.reason);
        }
        return result;
    }
};

TEST(Diagnose, PutsFirstWhatNeedsAPersonThenWhatOthersWaitFor) {
    Given given;
    given.pod("acme-server-1", "server", reason::kImagePullFailed);
    given.pod("acme-server-2", "server", reason::kPodNotReady);
    given.pod("acme-migrate-1", "migration", reason::kMigrationWaits);
    given.pod("acme-database-0", "database", reason::kEvicted);
    EXPECT_THAT(given.reasons(), ElementsAre("server ImagePullFailed", "database Evicted",
                                             "migration MigrationWaits", "server PodNotReady"));
    given.add(kPersistentVolumeClaim, "data-acme-database-0").ailment =
        Ailment{.reason = reason::kVolumeLost};
    EXPECT_EQ(given.reasons().front(), "database VolumeLost");
}

TEST(Diagnose, LooksAtNothingThatIsAsItShouldBe) {
    Given given;
    given.pod("acme-server-1", "server", reason::kEvicted);
    given.pod("acme-migrate-1", "migration", reason::kMigrationRetries);
    given.pod("acme-database-0", "database", reason::kCrashLoop);
    EXPECT_THAT(given.reasons({}), IsEmpty());
    EXPECT_THAT(given.reasons({.migration = true}), ElementsAre("migration MigrationRetries"));
    EXPECT_THAT(given.reasons({.server = true}), ElementsAre("server Evicted"));
}

TEST(Diagnose, TellsWhatAilsTheVolumeAlsoWhileTheDatabaseServes) {
    Given given;
    ObservedObject& claim = given.add(kPersistentVolumeClaim, "data-acme-database-0");
    claim.deleting = true;
    claim.ailment = Ailment{.reason = reason::kVolumeTerminating};
    EXPECT_THAT(given.reasons({}), ElementsAre("database VolumeTerminating"));
}

TEST(Diagnose, NamesAReasonOfAPartOnce) {
    Given given;
    given.pod("acme-server-2", "server", reason::kImagePullFailed);
    given.pod("acme-server-1", "server", reason::kImagePullFailed);
    const auto found = diagnose({"tenants", "acme"}, given.observed, kAll);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].cause.what, "Pod acme-server-1");
    EXPECT_EQ(found[0].cause.ns, "tenants");
}

TEST(Diagnose, BelievesAnEventWhileTheWorkloadHasNoPod) {
    Given given;
    given.add(kStatefulSet, "acme-database");
    EXPECT_THAT(given.reasons(), ElementsAre("database NoPods"));
    given.observed.told_by_events["uid-of-acme-database"] = {{.reason = reason::kQuotaExceeded}};
    EXPECT_THAT(given.reasons(), ElementsAre("database QuotaExceeded"));
    given.observed.told_by_events["uid-of-a-namesake"] = {{.reason = reason::kWebhookDenied}};
    EXPECT_THAT(given.reasons(), ElementsAre("database QuotaExceeded"));
    given.pod("acme-database-0", "database");
    EXPECT_THAT(given.reasons(), IsEmpty());
}

TEST(Diagnose, BelievesNoEventWhileAPodGoes) {
    Given given;
    given.add(kStatefulSet, "acme-database");
    given.observed.told_by_events["uid-of-acme-database"] = {{.reason = reason::kQuotaExceeded}};
    given.pod("acme-database-0", "database").deleting = true;
    EXPECT_THAT(given.reasons(), IsEmpty());
}

TEST(Diagnose, BelievesNoEventFromBeforeTheDatabaseBeganOrCeasedToServe) {
    Given given;
    given.add(kStatefulSet, "acme-database");
    Unfinished unfinished{.database = true, .database_since = "2030-01-01T00:00:07Z"};
    const auto tell = [&](const char* at) {
        given.observed.told_by_events["uid-of-acme-database"] = {{.reason = reason::kQuotaExceeded}, at};
    };
    tell("2030-01-01T00:00:0");
    EXPECT_THAT(given.reasons(unfinished), ElementsAre("database NoPods"));
    tell("2030-01-01T00:00:1");
    EXPECT_THAT(given.reasons(unfinished), ElementsAre("database QuotaExceeded"));
    tell("2029-12-31T23:59:5");
    EXPECT_THAT(given.reasons(unfinished), ElementsAre("database NoPods"));
    unfinished.database_since.clear();
    EXPECT_THAT(given.reasons(unfinished), ElementsAre("database QuotaExceeded"));
}

TEST(Diagnose, BelievesAnEventAboutAPodThatDoesNotTellItselfUntilItRuns) {
    Given given;
    given.observed.told_by_events["uid-of-acme-database-0"] = {{.reason = reason::kVolumeNotAttached}};
    ObservedObject& pod = given.pod("acme-database-0", "database", reason::kUnschedulable);
    EXPECT_THAT(given.reasons(), ElementsAre("database Unschedulable"));
    pod.ailment->reason = reason::kPodNotReady;
    EXPECT_THAT(given.reasons(), ElementsAre("database VolumeNotAttached"));
    pod.facts["running"] = true;
    EXPECT_THAT(given.reasons(), ElementsAre("database PodNotReady"));
    pod.ailment.reset();
    EXPECT_THAT(given.reasons(), IsEmpty());
}

TEST(Diagnose, ForgetsAPodThatFailedWhenAnotherIsInItsPlace) {
    Given given;
    given.pod("acme-server-1", "server", reason::kEvicted).facts["failed"] = true;
    given.pod("acme-server-2", "server", reason::kEvicted).facts["failed"] = true;
    EXPECT_THAT(given.reasons(), ElementsAre("server Evicted"));
    given.pod("acme-server-3", "server");
    EXPECT_THAT(given.reasons(), IsEmpty());

    given.pod("acme-migrate-1", "migration", reason::kMigrationRetries).facts["failed"] = true;
    given.pod("acme-migrate-2", "migration");
    EXPECT_THAT(given.reasons(), ElementsAre("migration MigrationRetries"));
}

TEST(Diagnose, BelievesAnEventAboutAClaimThatWaitsForItsVolumeAndTellsNothingItself) {
    Given given;
    ObservedObject& claim = given.add(kPersistentVolumeClaim, "data-acme-database-0", {{"pending", true}});
    EXPECT_THAT(given.reasons(), IsEmpty());
    given.observed.told_by_events["uid-of-data-acme-database-0"] = {{.reason = reason::kStorageClassUnknown}};
    EXPECT_THAT(given.reasons(), ElementsAre("database StorageClassUnknown"));
    claim.facts = json::object();
    EXPECT_THAT(given.reasons(), IsEmpty());
}

}  // namespace
}  // namespace crm
