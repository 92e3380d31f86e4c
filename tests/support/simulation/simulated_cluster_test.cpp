#include "tests/support/simulation/simulated_cluster.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace support::simulation {
namespace {

using kube::json;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

json pod_template(const std::string& image, const char* restart_policy = "Always") {
    return {{"metadata", {{"labels", {{"app", "a"}}}}},
            {"spec",
             {{"restartPolicy", restart_policy},
              {"containers", json::array({{{"name", "main"}, {"image", image}}})}}}};
}

json workload(const kube::Kind& kind, const std::string& image, int replicas) {
    return {{"apiVersion", kind.api_version()},
            {"kind", kind.kind},
            {"metadata", {{"name", "a"}, {"namespace", "ns"}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "a"}}}}},
              {"template", pod_template(image)}}}};
}

json deployment(const std::string& image, int replicas) {
    json result = workload(kDeployment, image, replicas);
    result["spec"]["strategy"]["rollingUpdate"] = {{"maxUnavailable", 0}, {"maxSurge", 1}};
    return result;
}

json stateful_set(const std::string& image) {
    json result = workload(kStatefulSet, image, 1);
    result["spec"]["volumeClaimTemplates"] =
        json::array({{{"metadata", {{"name", "data"}}}, {"spec", json::object()}}});
    return result;
}

json job(int backoff_limit) {
    return {{"apiVersion", "batch/v1"},
            {"kind", "Job"},
            {"metadata", {{"name", "a"}, {"namespace", "ns"}}},
            {"spec",
             {{"backoffLimit", backoff_limit},
              {"podFailurePolicy",
               {{"rules",
                 json::array({{{"action", "Ignore"},
                               {"onExitCodes", {{"operator", "In"}, {"values", json::array({75})}}}}})}}},
              {"template", pod_template("job:1", "Never")}}}};
}

class SimulatedClusterTest : public testing::Test {
  protected:
    /// Jobs end with the next of the exit codes, all else becomes ready at once.
    Behaviour behave(const json& pod) {
        if (at(pod, {"spec", "restartPolicy"}) == "Always") {
            return {.state = Behaviour::State::ready};
        }
        const int code = exit_codes_.empty() ? 0 : exit_codes_.front();
        if (!exit_codes_.empty()) {
            exit_codes_.erase(exit_codes_.begin());
        }
        return {.state = Behaviour::State::exited, .exit_code = code};
    }

    void run() { scheduler_.run(scheduler_.now() + 1h); }
    json status(const kube::Kind& kind) { return at(*cluster_.api.find(kind, {"ns", "a"}), {"status"}); }
    std::vector<std::string> pod_images() {
        std::vector<std::string> images;
        for (const Object& pod : cluster_.api.view(kPod)) {
            images.push_back(at(*pod, {"spec", "containers"})[0]["image"]);
        }
        return images;
    }

    std::vector<int> exit_codes_;
    Scheduler scheduler_{7};
    SimulatedCluster cluster_{scheduler_,
                              {.program = [this](const json& pod, TimePoint) { return behave(pod); }}};
};

TEST_F(SimulatedClusterTest, RollsADeploymentWithoutFallingBelowItsReplicas) {
    cluster_.api.put(kDeployment, deployment("a:1", 3));
    run();
    EXPECT_EQ(status(kDeployment)["availableReplicas"], 3);
    cluster_.api.put(kDeployment, deployment("a:2", 3));
    while (scheduler_.step(scheduler_.now() + 1h)) {
        EXPECT_GE(status(kDeployment).value("readyReplicas", 0), 3);
        EXPECT_LE(status(kDeployment).value("replicas", 0), 4);
    }
    EXPECT_THAT(pod_images(), testing::ElementsAre("a:2", "a:2", "a:2"));
    cluster_.api.put(kDeployment, deployment("a:2", 0));
    run();
    EXPECT_THAT(pod_images(), IsEmpty());
}

TEST_F(SimulatedClusterTest, GivesThePodOfAStatefulSetAClaimThatOutlivesBoth) {
    cluster_.api.put(kStatefulSet, stateful_set("db:1"));
    run();
    EXPECT_EQ(status(kStatefulSet)["readyReplicas"], 1);
    const json claim = *cluster_.api.get(kPersistentVolumeClaim, {"ns", "data-a-0"});
    EXPECT_EQ(claim["status"]["phase"], "Bound");
    cluster_.api.erase(kStatefulSet, {"ns", "a"});
    run();
    EXPECT_THAT(pod_images(), IsEmpty());
    EXPECT_TRUE(cluster_.api.get(kPersistentVolumeClaim, {"ns", "data-a-0"}));
}

TEST_F(SimulatedClusterTest, ReplacesThePodOfAStatefulSetUnlessThatIsLeftToSomebodyElse) {
    json set = stateful_set("db:1");
    cluster_.api.put(kStatefulSet, set);
    run();
    cluster_.api.put(kStatefulSet, stateful_set("db:2"));
    run();
    EXPECT_THAT(pod_images(), testing::ElementsAre("db:2"));

    set = stateful_set("db:3");
    set["spec"]["updateStrategy"]["type"] = "OnDelete";
    cluster_.api.put(kStatefulSet, set);
    run();
    EXPECT_THAT(pod_images(), testing::ElementsAre("db:2"));
    EXPECT_EQ(status(kStatefulSet)["updatedReplicas"], 0);
    cluster_.api.erase(kPod, {"ns", "a-0"});
    run();
    EXPECT_THAT(pod_images(), testing::ElementsAre("db:3"));
}

TEST_F(SimulatedClusterTest, TakesOverThePodsOfADeletedStatefulSet) {
    cluster_.api.put(kStatefulSet, stateful_set("db:1"));
    run();
    const std::string pod = kube::uid_of(*cluster_.api.find(kPod, {"ns", "a-0"}));
    cluster_.api.erase(kStatefulSet, {"ns", "a"}, kube::Dependents::orphan);
    run();
    cluster_.api.put(kStatefulSet, stateful_set("db:1"));
    run();
    EXPECT_EQ(kube::uid_of(*cluster_.api.find(kPod, {"ns", "a-0"})), pod);
    EXPECT_EQ(status(kStatefulSet)["readyReplicas"], 1);
}

TEST_F(SimulatedClusterTest, KeepsAClaimThatIsDeletedWhileAPodUsesIt) {
    cluster_.api.put(kStatefulSet, stateful_set("db:1"));
    run();
    cluster_.api.erase(kPersistentVolumeClaim, {"ns", "data-a-0"});
    run();
    EXPECT_TRUE(cluster_.api.get(kPersistentVolumeClaim, {"ns", "data-a-0"}));
    const std::string old = kube::uid_of(*cluster_.api.find(kPersistentVolumeClaim, {"ns", "data-a-0"}));
    cluster_.api.erase(kPod, {"ns", "a-0"});
    run();
    EXPECT_NE(kube::uid_of(*cluster_.api.find(kPersistentVolumeClaim, {"ns", "data-a-0"})), old);
    EXPECT_EQ(status(kStatefulSet)["readyReplicas"], 1);
}

TEST_F(SimulatedClusterTest, MakesAClaimAgainThatIsDeletedBeforeItsPodHasANode) {
    cluster_.api.put(kStatefulSet, stateful_set("db:1"));
    while (cluster_.api.find(kPod, {"ns", "a-0"}) == nullptr) {
        scheduler_.step(scheduler_.now() + 1h);
    }
    cluster_.api.erase(kPersistentVolumeClaim, {"ns", "data-a-0"});
    run();
    EXPECT_EQ(status(kStatefulSet)["readyReplicas"], 1);
    EXPECT_FALSE(is_deleting(*cluster_.api.find(kPersistentVolumeClaim, {"ns", "data-a-0"})));
}

TEST_F(SimulatedClusterTest, CountsFailuresOfAJobButNotThoseThatItsPolicyIgnores) {
    exit_codes_ = {75, 1, 75, 1};
    cluster_.api.put(kJob, job(2));
    run();
    EXPECT_TRUE(has_condition(*cluster_.api.find(kJob, {"ns", "a"}), "Complete"));

    cluster_.api.erase(kJob, {"ns", "a"});
    run();
    exit_codes_ = {1, 1, 1};
    cluster_.api.put(kJob, job(2));
    run();
    const json failed = status(kJob)["conditions"][0];
    EXPECT_EQ(failed["type"], "Failed");
    EXPECT_EQ(failed["reason"], "BackoffLimitExceeded");
}

TEST_F(SimulatedClusterTest, SaysWhyAPodIsRefused) {
    cluster_.api.set_admission([](const kube::Kind& kind, json&) -> std::optional<Error> {
        return kind == kPod ? std::optional(Error{ErrorKind::forbidden, "exceeded quota"}) : std::nullopt;
    });
    cluster_.api.put(kDeployment, deployment("a:1", 1));
    run();
    const json conditions = status(kDeployment)["conditions"];
    EXPECT_TRUE(std::ranges::any_of(conditions, [](const json& condition) {
        return condition["reason"] == "FailedCreate" && condition["message"] == "exceeded quota";
    }));
}

TEST_F(SimulatedClusterTest, StartsAContainerAgainThatCrashed) {
    cluster_.api.put(kDeployment, deployment("a:1", 1));
    run();
    const kube::ObjectKey pod = kube::key_of(*cluster_.api.view(kPod)[0]);
    cluster_.kubelet.crash(pod);
    EXPECT_FALSE(is_ready(*cluster_.api.find(kPod, pod)));
    run();
    EXPECT_TRUE(is_ready(*cluster_.api.find(kPod, pod)));
    EXPECT_EQ(at(*cluster_.api.find(kPod, pod), {"status", "containerStatuses"})[0]["restartCount"], 1);
}

TEST(Scheduler, DoesTheSameForTheSameSeed) {
    const auto history = [](std::uint64_t seed) {
        Scheduler scheduler(seed);
        scheduler.set_hasty(true);
        SimulatedCluster cluster(scheduler, {.program = [](const json&, TimePoint) {
                                     return Behaviour{.state = Behaviour::State::ready};
                                 }});
        cluster.api.put(kDeployment, deployment("a:1", 3));
        std::vector<std::pair<TimePoint, std::uint64_t>> result;
        while (scheduler.step(TimePoint{} + 1h)) {
            result.emplace_back(scheduler.now(), cluster.api.version());
        }
        return result;
    };
    EXPECT_EQ(history(1), history(1));
    EXPECT_NE(history(1), history(2));
}

}  // namespace
}  // namespace support::simulation
