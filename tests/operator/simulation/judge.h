// What must hold in every schedule: watched while it runs, and judged when it has come to rest.
#pragma once

#include "tests/operator/simulation/installation.h"
#include "tests/operator/simulation/network.h"
#include "tests/support/fake_cluster.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace crm::simulation {

class Judge {
  public:
    Judge(const FakeCluster& cluster, const Installation& installation)
        : cluster_(cluster), installation_(installation) {}

    /// A request of the operator, after it was done.
    void saw(const Request& request, Answer answer);
    /// An object is gone.
    void saw_go(const kube::Kind& kind, const kube::json& object);
    /// A spec, which may let data go with its instance.
    void saw_policy(const kube::json& instance);
    /// The person may delete and change what is his.
    void allow(const kube::json& object) { allowed_.insert(kube::uid_of(object)); }
    /// The person lets go what the instance owns.
    void saw_orphaning() { orphaned_ = true; }
    /// Something happened that the operator may answer with writes.
    void excuse_writes(std::size_t causes = 1) { causes_ += causes; }
    void forget_requests() { requests_ = 0; }

    /// Once nobody disturbs any more and time enough has passed.
    void judge_rest(const kube::ObjectKey& instance);
    /// Some time later.
    void judge_quiet();
    void blame(std::string violation);

    const std::vector<std::string>& violations() const { return violations_; }
    std::size_t writes() const { return writes_; }
    std::size_t causes() const { return causes_; }
    bool is_ready() const { return ready_; }

  private:
    void check_password(const kube::json& secret);
    void judge_instance(const kube::json& instance);
    void judge_truth(const kube::json& instance);
    /// Of one image, or of any.
    int ready_servers(const kube::ObjectKey& instance, const std::string& image = {}) const;
    void judge_remains(const kube::ObjectKey& instance);
    void judge_rollout(const kube::json& deployment);
    void judge_migrations(const kube::json& job);

    const FakeCluster& cluster_;
    const Installation& installation_;
    std::vector<std::string> violations_;
    std::set<std::string> allowed_;    // uids
    std::set<std::string> deletable_;  // uids of instances that had the policy Delete at some time
    std::map<std::string, std::string> passwords_;  // by the uid of the Secret
    std::size_t requests_ = 0;
    std::size_t writes_ = 0;
    std::size_t causes_ = 1;
    bool ready_ = false;
    bool orphaned_ = false;       // at some time: what has no owner may stay
    bool made_unawares_ = false;  // the operator cannot know of everything that it made
};

}  // namespace crm::simulation
