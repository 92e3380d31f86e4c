#include "operator/crm/observed/ailment.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/observed/last_words.h"

#include <string>

#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

json deployment(const char* type, const char* status, const char* message) {
    return {{"metadata", {{"name", "acme-server"}}},
            {"status",
             {{"conditions",
               {{{"type", "Available"}, {"status", "False"}, {"message", "minimum availability"}},
                {{"type", type}, {"status", status}, {"message", message}}}}}}};
}

json claim(const json& spec, const char* phase) {
    return {{"metadata", {{"name", "data-acme-database-0"}}}, {"spec", spec}, {"status", {{"phase", phase}}}};
}

TEST(AilmentOf, IsReadFromConditionsAndPhases) {
    json going = claim({{"volumeName", "pv-1"}}, "Bound");
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    json paused = deployment("Progressing", "Unknown", "Deployment is paused");
    paused["spec"]["paused"] = true;
    const json suspended = {
        {"metadata", {{"name", "acme-migrate-1"}}},
        {"spec", {{"suspend", true}}},
        {"status",
         {{"conditions", {{{"type", "Suspended"}, {"status", "True"}, {"message", "Job suspended"}}}}}}};
    const struct {
        const char* what;
        const kube::Kind& kind;
        json object;
        const char* reason;
        const char* by;
    } table[] = {
        {"quota", kDeployment,
         deployment("ReplicaFailure", "True",
                    "pods \"x\" is forbidden: exceeded quota: team, requested: pods=1"),
         reason::kQuotaExceeded, "team"},
        {"a refusal that nobody knows", kDeployment,
         deployment("ReplicaFailure", "True", "the moon is wrong"), reason::kPodsRejected, ""},
        {"deadline", kDeployment, deployment("Progressing", "False", "has timed out progressing"),
         reason::kDeadlineExceeded, ""},
        {"paused", kDeployment, paused, reason::kPaused, ""},
        {"suspended", kJob, suspended, reason::kSuspended, ""},
        {"lost", kPersistentVolumeClaim, claim({{"volumeName", "pv-1"}}, "Lost"), reason::kVolumeLost,
         "pv-1"},
        {"deleted while it is in use", kPersistentVolumeClaim, going, reason::kVolumeTerminating, "pv-1"},
        {"no class", kPersistentVolumeClaim, claim(json::object(), "Pending"), reason::kNoStorageClass, ""},
        {"the empty class", kPersistentVolumeClaim, claim({{"storageClassName", ""}}, "Pending"),
         reason::kNoStorageClass, ""},
    };
    for (const auto& row : table) {
        const auto found = ailment_of(row.kind, row.object);
        ASSERT_TRUE(found) << row.what;
        EXPECT_EQ(found->reason, row.reason) << row.what;
        EXPECT_EQ(found->by, row.by) << row.what;
    }
}

TEST(AilmentOf, IsNothingForWhatIsWell) {
    EXPECT_FALSE(ailment_of(kDeployment, deployment("Progressing", "True", "has successfully progressed")));
    EXPECT_FALSE(ailment_of(kDeployment, deployment("ReplicaFailure", "False", "")));
    EXPECT_FALSE(ailment_of(kPersistentVolumeClaim, claim({{"storageClassName", "standard"}}, "Pending")));
    EXPECT_FALSE(ailment_of(kPersistentVolumeClaim, claim({{"volumeName", "pv-1"}}, "Pending")));
    EXPECT_FALSE(ailment_of(kPersistentVolumeClaim, claim({{"volumeName", "pv-1"}}, "Bound")));
    EXPECT_FALSE(ailment_of(kDeployment, deployment("Progressing", "Unknown", "Deployment is resumed")));
    EXPECT_FALSE(ailment_of(kJob, {{"spec", {{"suspend", false}}}}));
    EXPECT_FALSE(ailment_of(kSecret, json::object()));
}

TEST(AilmentOfEvent, SaysWhyAnObjectWaitsThatDoesNotTellItself) {
    const struct {
        const char* kind;
        const char* message;
        const char* reason;
        const char* by;
    } table[] = {
        {"StatefulSet",
         R"(create Pod acme-database-0 in StatefulSet acme-database failed error: pods "acme-database-0" is )"
         R"(forbidden: violates PodSecurity "restricted:latest": x)",
         reason::kPodSecurityViolated, "restricted:latest"},
        {"Job",
         R"(Error creating: pods "m-" is forbidden: maximum cpu usage per Container is 1, but limit is 2)",
         reason::kLimitRangeViolated, ""},
        {"Job", "Error creating: something else", reason::kPodsRejected, ""},
        {"Pod", R"(Multi-Attach error for volume "pv-1")", reason::kVolumeNotAttached, ""},
        {"PersistentVolumeClaim", R"(storageclass.storage.k8s.io "fast" not found)",
         reason::kStorageClassUnknown, "fast"},
        {"PersistentVolumeClaim", "failed to provision volume: ResourceExhausted: no space",
         reason::kVolumeNotProvisioned, ""},
    };
    for (const auto& row : table) {
        const json event = {{"involvedObject", {{"kind", row.kind}, {"name", "o"}}},
                            {"message", row.message}};
        const Ailment found = ailment_of_event(event);
        EXPECT_EQ(found.reason, row.reason) << row.message;
        EXPECT_EQ(found.by, row.by) << row.message;
        EXPECT_FALSE(found.words.empty());
        EXPECT_NE(found.what.find(std::string(row.kind) + " o"), std::string::npos);
    }
}

TEST(TimeOfEvent, IsWhenItWasToldLast) {
    json event = {{"metadata", {{"creationTimestamp", "1"}}}, {"eventTime", nullptr}};
    EXPECT_EQ(time_of_event(event), "1");
    event["eventTime"] = "2";
    EXPECT_EQ(time_of_event(event), "2");
    event["lastTimestamp"] = "3";
    EXPECT_EQ(time_of_event(event), "3");
    event["series"]["lastObservedTime"] = "4";
    EXPECT_EQ(time_of_event(event), "4");
}

TEST(AilmentOf, DoesNotChangeWithTheNameOfEachAttemptedPod) {
    const auto of = [](const std::string& pod) {
        return ailment_of(kDeployment,
                          deployment("ReplicaFailure", "True",
                                     ("pods \"" + pod + "\" is forbidden: exceeded quota: team, x").c_str()));
    };
    EXPECT_EQ(of("acme-server-6c9f-bcdfg"), of("acme-server-6c9f-xzwvt"));
    EXPECT_EQ(of("acme-server-6c9f-bcdfg")->words, "exceeded quota: team, x");
}

TEST(Ailment, IsTheSameAfterItWasRemembered) {
    const Ailment ailment{.reason = "r", .what = "w", .by = "b", .words = "caf\xC3\xA9"};
    EXPECT_EQ(json::parse(json(ailment).dump()).get<Ailment>(), ailment);
}

TEST(LastWords, AreTheLastLinesAsPeopleReadThem) {
    const struct {
        const char* log;
        const char* words;
    } table[] = {
        {"", ""},
        {"\n\n", ""},
        {"one line", "one line"},
        {"1\n2\n3\n4\n", "2 / 3 / 4"},
        {R"({"time":"t","level":"error","message":"Cannot go on","error":"no route"})",
         "Cannot go on: no route"},
        {"panic\n{\"level\":\"info\",\"message\":\"Stopping\"}\n", "panic / Stopping"},
        {R"({"no":"message"})", R"({"no":"message"})"},
        {"{broken\n", "{broken"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(last_words(row.log), row.words) << row.log;
    }
}

}  // namespace
}  // namespace crm
