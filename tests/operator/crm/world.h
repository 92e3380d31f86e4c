// A cluster in memory with the operator at work in it, driven step by step in one thread with an invented
// clock. What Kubernetes' own controllers would do is played.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "tests/operator/crm/instances.h"
#include "tests/operator/crm/running_operator.h"
#include "tests/support/fake_cluster.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace crm {

class World {
  public:
    World();

    /// The operator is started anew: it knows nothing but what the cluster tells.
    void restart(const Settings& settings = kSettings, bool nodes_on_demand = false);
    /// Lets watches tell and the operator work until nothing is due.
    void settle();
    /// Lets time pass, so that what waits for another attempt becomes due, and settles.
    void settle_after(std::chrono::seconds time);
    /// Lets time pass in the middle of something.
    void pass(std::chrono::seconds time) { now_ += time; }
    /// Reconciles an instance as if something had changed.
    Result<void> reconcile(const std::string& name, const std::string& ns = "tenants");

    void create(const kube::json& manifest) { cluster.put(kCrmInstance, manifest); }
    /// The database has its claim and is up, its migration done and every server pod ready; settles.
    void start_pods(const std::string& name, const std::string& ns = "tenants");
    /// The controller of StatefulSets sees the template of a database.
    void show_template(const std::string& name, const std::string& ns = "tenants");
    /// What the controller of StatefulSets does first.
    void make_claim(const std::string& name, const std::string& ns);
    /// The database's pod is made, if there is none, and finds no node; settles.
    void strand_database(const std::string& name, const std::string& ns = "tenants");
    /// A pod of the Job has run the container `migrate`, and another that goes on.
    void end_container_of_migration(const kube::ObjectKey& job, int exit_code);
    void finish_migration(const kube::ObjectKey& job, const std::string& condition,
                          const std::string& reason = "");

    kube::json get(const kube::Kind& kind, const std::string& name, const std::string& ns = "tenants") const;
    Status status_of(const std::string& name, const std::string& ns = "tenants") const;
    /// "<status> <reason>" of a condition: "True Serving".
    std::string condition_of(const std::string& name, std::string_view type) const;
    /// Every owned object as the operator made it: without status and what the API server counts.
    kube::json objects() const;

    /// How many reconciles have ended since the operator was started.
    int runs() const;

    support::FakeCluster cluster;

  private:
    void complete_rollout(const kube::Kind& kind, const kube::ObjectKey& key);
    void run_database(const std::string& name, const std::string& ns);
    /// The time by the clock of the cluster: goes on with each use.
    std::string later();
    /// By that of the operator and of pods: goes on with settle_after().
    std::string now() const;

    int seconds_ = 0;
    runtime::TimePoint now_{};
    std::minstd_rand random_;
    std::shared_ptr<RunningOperator> operator_;
};

/// Objects of an instance that the operator makes, and those that outlive it by default: the Secrets.
inline constexpr std::size_t kOwned = 9;
inline constexpr std::size_t kRetained = 2;

inline std::string server_image(const kube::json& deployment) {
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"];
}

/// The instance "acme" with another spec.
inline kube::json new_spec(const kube::json& changes) {
    return instance_manifest("acme", "tenants", changes);
}

class WorldTest : public testing::Test {
  protected:
    void create() {
        world.create(instance_manifest());
        world.settle();
    }

    World world;
};

}  // namespace crm
