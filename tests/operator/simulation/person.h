// What people do to an instance and to what it owns, one deed after another.
#pragma once

#include "tests/operator/simulation/judge.h"
#include "tests/support/simulation/scheduler.h"
#include "tests/support/simulation/simulated_cluster.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crm::simulation {

using support::simulation::Actor;

enum class Deed {
    create,  // or change the spec to the same again
    scale,
    resize,
    change_version,
    break_version,  // to one that cannot be migrated to
    spoil,          // to a spec that breaks a rule
    change_policy,
    remove,
    remove_slowly,  // held by somebody's finalizer for a moment
    orphan,         // remove, but not what it owns
    change_owned,
    remove_owned,
    lose_labels,
};

inline const kube::ObjectKey kInstance{"tenants", "acme"};

class Person final : public Actor {
  public:
    /// Told in words of each deed.
    using Told = std::function<void(const std::string&)>;

    Person(support::FakeCluster& cluster, Scheduler& scheduler, Judge& judge, std::span<const Deed> deeds,
           Told told);

    std::optional<TimePoint> due() const override;
    void act() override;
    bool is_done() const { return next_ == deeds_.size(); }

  private:
    void perform(Deed deed);
    void write_spec(const kube::json& changes);
    void remove(bool orphan, bool slowly);
    void change_owned();
    void remove_owned();
    void lose_labels();
    std::optional<std::pair<kube::Kind, FakeCluster::Object>> some_owned();
    kube::json spec() const;

    support::FakeCluster& cluster_;
    Scheduler& scheduler_;
    Judge& judge_;
    const std::vector<Deed> deeds_;
    const Told told_;
    std::size_t next_ = 0;
    TimePoint due_;
};

/// As the person writes it.
kube::json first_spec(bool retain);

}  // namespace crm::simulation
