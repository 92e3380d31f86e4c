// A database that is to grow keeps what it runs with when no node has room for more.
#include "operator/crm/api/names.h"
#include "operator/crm/instance/fit.h"
#include "operator/crm/instance/reconciler.h"
#include "tests/operator/crm/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using kube::json;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

json node(const std::string& name, const std::string& cpu, const std::string& memory,
          bool takes_pods = true) {
    json result = json::object(
        {{"apiVersion", "v1"},
         {"kind", "Node"},
         {"metadata", json::object({{"name", name}})},
         {"status", json::object({{"allocatable", json::object({{"cpu", cpu}, {"memory", memory}})}})}});
    if (!takes_pods) {
        result["spec"]["unschedulable"] = true;
    }
    return result;
}

Footprint asking(const std::string& cpu, const std::string& memory) {
    return {.requests = {cpu, memory}, .limits = {cpu, memory}};
}

TEST(Nodes, FitWhatOneOfThemHasRoomForAsAWhole) {
    const std::vector<json> nodes{node("a", "2", "64Gi"), node("b", "16", "8Gi"),
                                  node("c", "64", "512Gi", false)};
    EXPECT_EQ(why_no_node_fits(asking("2", "64Gi"), nodes), "");
    EXPECT_EQ(why_no_node_fits(asking("15900m", "8Gi"), nodes), "");
    const std::string why = why_no_node_fits(asking("4", "32Gi"), nodes);
    EXPECT_THAT(why, HasSubstr("2 CPU and 64Gi"));
    EXPECT_THAT(why, HasSubstr("16 CPU and 8Gi"));
    EXPECT_THAT(why, testing::Not(HasSubstr("512Gi"))) << "no pod may go there";
}

TEST(Nodes, RefuseNothingWhenNoneIsKnown) {
    EXPECT_EQ(why_no_node_fits(asking("999", "1Ti"), {}), "");
}

class ReconcilerFit : public WorldTest {
  protected:
    void SetUp() override {
        const json one = node("one", "4", "16Gi");
        world.cluster.put(kNode, one);
        world.cluster.edit(kNode, {"", "one"}, [&](json& object) { object["status"] = one["status"]; });
        create();
        world.start_pods("acme");
        pod_ = kube::uid_of(pod());
    }

    json pod() const { return world.get(kPod, "acme-database-0"); }

    void ask_for(const std::string& cpu) {
        world.create(new_spec({{"resources", {{"database", {{"requests", {{"cpu", cpu}}}}}}}}));
        world.settle();
    }

    json cpu_of_template() const {
        const json workload = world.get(kStatefulSet, "acme-database");
        return workload["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"];
    }

    void arrive() {
        world.show_template("acme");
        world.settle();
    }

    std::string pod_;
};

TEST_F(ReconcilerFit, TouchesNothingForWhatFitsNoNode) {
    const json before = world.get(kStatefulSet, "acme-database");
    ask_for("64");
    EXPECT_EQ(world.get(kStatefulSet, "acme-database"), before);
    EXPECT_EQ(kube::uid_of(pod()), pod_);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseDoesNotFit");
    EXPECT_EQ(world.condition_of("acme", condition::kAvailable), "True ServerAvailable");
    const Status status = world.status_of("acme");
    EXPECT_THAT(status.find(condition::kReady)->message, HasSubstr("64 CPU"));
    EXPECT_THAT(status.find(condition::kReady)->message, HasSubstr("4 CPU and 16Gi"));
    world.cluster.forget_calls();
    world.restart();
    world.settle();
    EXPECT_THAT(world.cluster.writes(), IsEmpty());

    create();
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(kube::uid_of(pod()), pod_);
}

TEST_F(ReconcilerFit, GoesBackToWhatRanWhenTheRestartedPodFindsNoNode) {
    ask_for("3");
    EXPECT_EQ(cpu_of_template(), "3");
    arrive();
    EXPECT_FALSE(world.cluster.get(kPod, {"tenants", "acme-database-0"}));
    world.strand_database("acme");
    EXPECT_EQ(cpu_of_template(), "3") << "a node may come";
    world.settle_after(kTimeForANode);
    EXPECT_EQ(cpu_of_template(), "50m");
    EXPECT_THAT(world.status_of("acme").find(condition::kReady)->message, HasSubstr("Insufficient cpu"));
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False DatabaseDoesNotFit");
    EXPECT_EQ(world.condition_of("acme", condition::kDatabaseReady), "True AcceptsConnections");
    EXPECT_EQ(cpu_of_template(), "50m");

    world.create(new_spec({{"replicas", 2}, {"resources", {{"database", {{"requests", {{"cpu", "3"}}}}}}}}));
    world.settle();
    EXPECT_EQ(cpu_of_template(), "50m") << "the same wish is not tried again";
    ask_for("2");
    EXPECT_EQ(cpu_of_template(), "2");
    arrive();
    world.start_pods("acme");
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
}

TEST_F(ReconcilerFit, TellsThatTheRestartedPodHasNoNodeYetAndGoesOnWhenOneComes) {
    ask_for("3");
    arrive();
    world.strand_database("acme");
    world.settle_after(15s);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "False Unschedulable");
    EXPECT_EQ(cpu_of_template(), "3");
    world.cluster.erase(kPod, {"tenants", "acme-database-0"});
    world.start_pods("acme");
    world.settle_after(kTimeForANode);
    EXPECT_EQ(world.condition_of("acme", condition::kReady), "True Serving");
    EXPECT_EQ(cpu_of_template(), "3");
}

TEST_F(ReconcilerFit, CountsTheTimeWithoutANodeAcrossARestartOfItsOwn) {
    ask_for("3");
    arrive();
    world.strand_database("acme");
    world.settle_after(kTimeForANode - 1s);
    world.restart();
    world.settle();
    EXPECT_EQ(cpu_of_template(), "3");
    world.settle_after(1s);
    EXPECT_EQ(cpu_of_template(), "50m");
}

TEST_F(ReconcilerFit, WaitsForARestartedPodThatIsMadeRoomFor) {
    ask_for("3");
    arrive();
    world.strand_database("acme");
    world.cluster.edit(kPod, {"tenants", "acme-database-0"},
                       [](json& object) { object["status"]["nominatedNodeName"] = "one"; });
    world.settle_after(10 * kTimeForANode);
    EXPECT_EQ(cpu_of_template(), "3");
}

TEST_F(ReconcilerFit, LooksAtNoNodeAndWaitsLongerForOneWhereNodesComeOnDemand) {
    world.restart(kSettings, /*nodes_on_demand=*/true);
    ask_for("64");
    EXPECT_EQ(cpu_of_template(), "64");
    arrive();
    world.strand_database("acme");
    world.settle_after(kTimeForANode);
    EXPECT_EQ(cpu_of_template(), "64");
    world.settle_after(kTimeForANewNode - kTimeForANode);
    EXPECT_EQ(cpu_of_template(), "50m");
    EXPECT_THAT(world.status_of("acme").database.refusal, HasSubstr("Insufficient cpu"));
}

TEST_F(ReconcilerFit, AsksNoNodeWhenNothingGrows) {
    world.cluster.forget_calls();
    world.create(new_spec({{"replicas", 3}}));
    world.settle();
    for (const support::Call& call : world.cluster.calls()) {
        EXPECT_NE(call.kind, kNode.kind);
    }
}

TEST_F(ReconcilerFit, GoesAheadWhenItMaySeeNoNodes) {
    world.cluster.set_fault([](const support::Call& call, support::Moment) -> std::optional<Error> {
        return call.kind == kNode.kind ? std::optional(Error{ErrorKind::forbidden, "no"}) : std::nullopt;
    });
    ask_for("64");
    EXPECT_EQ(cpu_of_template(), "64");
}

}  // namespace
}  // namespace crm
