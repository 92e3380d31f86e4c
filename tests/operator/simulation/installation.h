// The programs in the pods of instances, as far as anybody outside can tell: PostgreSQL, migration and
// server. What a migration has done is in its volume; so a server is ready only when it truly can be.
#pragma once

#include "tests/support/fake_cluster.h"
#include "tests/support/simulation/kubelet.h"
#include "tests/support/simulation/scheduler.h"

#include <map>
#include <set>
#include <string>

namespace crm::simulation {

using support::FakeCluster;
using support::simulation::Behaviour;
using support::simulation::Machines;
using support::simulation::Scheduler;
using support::simulation::TimePoint;

/// The migration of such an image fails; another cannot be pulled.
inline constexpr const char* kBrokenVersion = "0.9.0";

class Installation {
  public:
    /// By the uid of the claim: the images that have migrated the volume.
    using Schemas = std::map<std::string, std::set<std::string>>;

    Installation(Scheduler& scheduler, Schemas schemas)
        : scheduler_(scheduler), schemas_(std::move(schemas)) {}

    /// Where the pods are; before anything runs.
    void attach(const FakeCluster& cluster) { cluster_ = &cluster; }
    Machines machines();

    const Schemas& schemas() const { return schemas_; }
    /// Whether any volume was migrated by the image.
    bool has_migrated(const std::string& image) const;
    /// Whether the volume that the instance has now was migrated by the image.
    bool is_migrated(const kube::ObjectKey& instance, const std::string& image) const;

  private:
    Behaviour behave(const kube::json& pod, TimePoint since);
    Behaviour migrate(const kube::json& pod, const kube::ObjectKey& instance, TimePoint since);
    bool database_is_ready(const kube::ObjectKey& instance) const;

    Scheduler& scheduler_;
    const FakeCluster* cluster_ = nullptr;
    Schemas schemas_;
    std::map<std::string, TimePoint> migrated_at_;  // by the pod's uid: when its work will be done
};

}  // namespace crm::simulation
