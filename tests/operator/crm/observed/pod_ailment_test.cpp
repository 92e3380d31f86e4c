#include "operator/crm/observed/pod_ailment.h"

#include "operator/crm/api/reasons.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;

json pod(const json& status, const std::string& restart_policy = "Always") {
    return {{"metadata", {{"name", "acme-server-1"}, {"namespace", "tenants"}}},
            {"spec", {{"nodeName", "node-7"}, {"restartPolicy", restart_policy}}},
            {"status", status}};
}

json with_container(json container, const char* phase = "Running", const char* restart_policy = "Always") {
    container.update({{"name", "server"}, {"image", "crm-server:9"}});
    return pod({{"phase", phase}, {"containerStatuses", json::array({std::move(container)})}},
               restart_policy);
}

json waiting(const char* reason, const char* message) {
    return {{"state", {{"waiting", {{"reason", reason}, {"message", message}}}}}, {"ready", false}};
}

json ended(int exit_code, const char* reason, const char* log) {
    return {{"exitCode", exit_code}, {"reason", reason}, {"message", log}};
}

/// Waits to be started for the `restarts`th time again, or runs without being ready.
json crashed(int restarts, const json& end, const char* state = "running") {
    json now = {{state, json::object()}};
    if (std::string(state) == "waiting") {
        now["waiting"] = {{"reason", "CrashLoopBackOff"}, {"message", "back-off 40s restarting"}};
    }
    return {
        {"state", now}, {"lastState", {{"terminated", end}}}, {"restartCount", restarts}, {"ready", false}};
}

json condition(const char* type, const char* status, const char* reason, const char* message) {
    return {{"type", type}, {"status", status}, {"reason", reason}, {"message", message}};
}

TEST(AilmentOfPod, IsNamedByWhatTheKubeletAndTheSchedulerTell) {
    const json restarting = ended(1, "Error", "starting\nFATAL: no such role\n");
    json nominated = pod({{"phase", "Pending"},
                          {"nominatedNodeName", "node-7"},
                          {"conditions", {condition("PodScheduled", "False", "Unschedulable", "no room")}}});
    json leaving = pod({{"phase", "Running"}, {"reason", "NodeLost"}, {"message", "node-7 is unresponsive"}});
    leaving["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z";
    json going = with_container(waiting("ContainerCreating", ""));
    going["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z";
    json held = going;
    held["metadata"]["finalizers"] = {"a/b", "c/d"};
    json held_at_its_end = pod({{"phase", "Succeeded"}});
    held_at_its_end["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z";
    held_at_its_end["metadata"]["finalizers"] = {"a/b", "c/d"};
    const struct {
        const char* what;
        json pod;
        const char* reason;
        const char* by;
        const char* words;
    } table[] = {
        {"no image", with_container(waiting("ErrImagePull", "not found")), reason::kImagePullFailed,
         "crm-server:9", "not found"},
        {"the same, while it waits",
         with_container(waiting("ImagePullBackOff",
                                R"(Back-off pulling image "crm-server:9": ErrImagePull: not found)")),
         reason::kImagePullFailed, "crm-server:9", "not found"},
        {"no image and none is to be pulled", with_container(waiting("ErrImageNeverPull", "is not present")),
         reason::kImagePullFailed, "crm-server:9", "is not present"},
        {"bad name", with_container(waiting("InvalidImageName", "couldn't parse")), reason::kInvalidImageName,
         "crm-server:9", "couldn't parse"},
        {"no Secret", with_container(waiting("CreateContainerConfigError", "secret \"x\" not found")),
         reason::kContainerConfigInvalid, "crm-server:9", "secret \"x\" not found"},
        {"no such program", with_container(waiting("RunContainerError", "exec: not found")),
         reason::kContainerCannotStart, "crm-server:9", "exec: not found"},
        {"it waits to be started again", with_container(crashed(1, restarting, "waiting")),
         reason::kCrashLoop, "1", "starting / FATAL: no such role"},
        {"it was started again, and is not ready", with_container(crashed(2, restarting)), reason::kCrashLoop,
         "1", "starting / FATAL: no such role"},
        {"no memory", with_container(crashed(1, ended(137, "OOMKilled", ""))), reason::kOutOfMemory, "137",
         ""},
        {"disk full",
         with_container(crashed(1, ended(1, "Error", "PANIC: could not write: No space left on device\n"))),
         reason::kDiskFull, "1", "PANIC: could not write: No space left on device"},
        {"no room",
         pod({{"phase", "Pending"},
              {"conditions",
               {condition("PodScheduled", "False", "Unschedulable", "0/1 nodes: Insufficient cpu")}}}),
         reason::kUnschedulable, "", "0/1 nodes: Insufficient cpu"},
        {"gated",
         pod({{"phase", "Pending"},
              {"conditions", {condition("PodScheduled", "False", "SchedulingGated", "w")}}}),
         reason::kSchedulingGated, "", "w"},
        {"evicted", pod({{"phase", "Failed"}, {"reason", "Evicted"}, {"message", "low on memory"}}),
         reason::kEvicted, "node-7", "low on memory"},
        {"preempted",
         pod({{"phase", "Failed"},
              {"conditions",
               {condition("DisruptionTarget", "True", "PreemptionByScheduler", "for a greater one")}}}),
         reason::kPreempted, "node-7", "for a greater one"},
        {"node lost", leaving, reason::kNodeLost, "node-7", "node-7 is unresponsive"},
        {"it goes", going, reason::kPodTerminating, "node-7", ""},
        {"it has ended and may not go", held_at_its_end, reason::kFinalizersPending, "node-7",
         "Its finalizers: a/b, c/d"},
        {"the kubelet has no room for it",
         pod({{"phase", "Failed"}, {"reason", "OutOfcpu"}, {"message", "requested: 8000"}}),
         reason::kPodRejected, "node-7", "requested: 8000"},
        {"the kubelet refuses it", pod({{"phase", "Failed"}, {"reason", "NodeAffinity"}, {"message", "m"}}),
         reason::kPodRejected, "node-7", "m"},
        {"it may not go", held, reason::kPodTerminating, "node-7", "Its finalizers: a/b, c/d"},
        {"room is being made for it", nominated, reason::kPodNotReady, "", "Pending"},
        {"its volume is being mounted", with_container(waiting("ContainerCreating", ""), "Pending"),
         reason::kPodNotReady, "", "ContainerCreating"},
        {"it runs",
         pod({{"phase", "Running"},
              {"conditions", {condition("Ready", "False", "ContainersNotReady", "x")}}}),
         reason::kPodNotReady, "", "ContainersNotReady"},
        {"it ended once", with_container(crashed(1, restarting)), reason::kPodNotReady, "", "Running"},
        {"a migration without a database",
         with_container({{"state", {{"terminated", ended(75, "Error", "no connection")}}}}, "Failed",
                        "Never"),
         reason::kMigrationWaits, "75", "no connection"},
        {"a migration that failed, beside a container that goes on",
         with_container({{"state", {{"terminated", ended(1, "Error", "column exists")}}}}, "Running",
                        "Never"),
         reason::kMigrationRetries, "1", "column exists"},
        {"a migration that gets no connection",
         with_container(
             {{"state", {{"terminated", ended(75, "Error", "FATAL: sorry, too many clients already")}}}},
             "Failed", "Never"),
         reason::kConnectionsExhausted, "75", "FATAL: sorry, too many clients already"},
    };
    for (const auto& row : table) {
        const auto found = ailment_of_pod(row.pod);
        ASSERT_TRUE(found) << row.what;
        EXPECT_EQ(found->reason, row.reason) << row.what;
        EXPECT_EQ(found->by, row.by) << row.what;
        EXPECT_EQ(found->words, row.words) << row.what;
        EXPECT_THAT(found->what, testing::HasSubstr("Pod acme-server-1")) << row.what;
    }
}

TEST(AilmentOfPod, IsNothingForOneThatIsWellOrHasDoneItsWork) {
    json ready = with_container(crashed(5, ended(1, "Error", "a week ago")));
    ready["status"]["containerStatuses"][0]["ready"] = true;
    ready["status"]["conditions"] = json::array({condition("Ready", "True", "", "")});
    EXPECT_FALSE(ailment_of_pod(ready));
    EXPECT_FALSE(ailment_of_pod(pod({{"phase", "Succeeded"}}, "Never")));
    json leaving = pod({{"phase", "Succeeded"}}, "Never");
    leaving["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z";
    EXPECT_FALSE(ailment_of_pod(leaving));
    EXPECT_FALSE(
        ailment_of_pod(with_container({{"state", {{"terminated", ended(1, "Error", "stopped")}}}}, "Failed")))
        << "a database that somebody ended is no migration";
}

TEST(AilmentOfPod, IsNotHowItsContainerEndedBeforeItRanWell) {
    const auto reason_of = [](const json& end, const char* changed) {
        json unready = with_container(crashed(3, end));
        unready["status"]["containerStatuses"][0]["state"]["running"]["startedAt"] = "2030-01-01T00:00:05Z";
        unready["status"]["conditions"] =
            json::array({condition("Ready", "False", "ContainersNotReady", "")});
        unready["status"]["conditions"][0]["lastTransitionTime"] = changed;
        return ailment_of_pod(unready)->reason;
    };
    const json killed = ended(137, "OOMKilled", "");
    EXPECT_EQ(reason_of(killed, "2030-01-01T00:00:04Z"), reason::kOutOfMemory);
    EXPECT_EQ(reason_of(killed, "2030-01-01T00:00:05Z"), reason::kOutOfMemory);
    EXPECT_EQ(reason_of(killed, "2030-01-21T00:00:00Z"), reason::kPodNotReady);
    EXPECT_EQ(reason_of(ended(1, "Error", ""), "2030-01-01T00:00:04Z"), reason::kCrashLoop);
    EXPECT_EQ(reason_of(ended(1, "Error", ""), "2030-01-21T00:00:00Z"), reason::kPodNotReady);
}

TEST(AilmentOfPod, DoesNotChangeWithWhatTicks) {
    const json end = ended(1, "Error", "FATAL");
    EXPECT_EQ(ailment_of_pod(with_container(crashed(2, end))),
              ailment_of_pod(with_container(crashed(9, end))));
    EXPECT_EQ(ailment_of_pod(with_container(crashed(2, end))),
              ailment_of_pod(with_container(crashed(3, end, "waiting"))));
}

TEST(AilmentOfPod, BearsAnything) {
    for (const json& odd :
         {json::object(), json{{"status", 3}}, json{{"status", {{"containerStatuses", "x"}}}},
          json{{"status", {{"conditions", {{"a", 1}}}}}}}) {
        EXPECT_NO_THROW(ailment_of_pod(odd));
    }
}

}  // namespace
}  // namespace crm
