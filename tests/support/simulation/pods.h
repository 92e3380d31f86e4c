// Pods as the controllers of workloads make, count and delete them.
#pragma once

#include "tests/support/fake_cluster.h"
#include "tests/support/simulation/kinds.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace support::simulation {

using Object = FakeCluster::Object;

/// Whose writes nobody asks after: the ownership of the fields is not kept, which costs more than all else.
inline constexpr std::string_view kUntracked = "";
/// Keeps a pod until its node has ended it, and a claim until no pod uses it.
inline constexpr const char* kNodeFinalizer = "simulation/node";
inline constexpr const char* kClaimFinalizer = "kubernetes.io/pvc-protection";

/// The value at a path of members; null when there is none.
const kube::json& at(const kube::json& object, std::initializer_list<std::string_view> path);

bool is_deleting(const kube::json& object);
/// Whether the condition of that type is True.
bool has_condition(const kube::json& object, std::string_view type);
bool is_ready(const kube::json& pod);
/// Succeeded or Failed.
bool has_ended(const kube::json& pod);
/// The reference to the owner that controls the object; null when none does.
const kube::json& controller_of(const kube::json& object);

/// The pods that a workload controls, those included that are going. Pods of nobody that its selector matches
/// become its own.
std::vector<Object> pods_of(FakeCluster& cluster, const kube::json& workload);

/// A short text that tells a pod template from others.
std::string revision_of(const kube::json& pod_template);
/// The revision that a pod was made from.
std::string revision(const kube::json& pod);

/// Makes a pod from the template of a workload; the API server may refuse it.
Result<kube::json> make_pod(FakeCluster& cluster, const kube::json& workload, const std::string& name);
void delete_pod(FakeCluster& cluster, const kube::json& pod);

/// How many pods a workload is to have.
int replicas_of(const kube::json& workload);

/// The numbers that the status of a workload has.
struct Count {
    int all = 0;
    int updated = 0;
    int ready = 0;
};
Count count(const std::vector<Object>& pods, const std::string& revision);

/// Writes what a controller says of an object, if it is not so already.
void set_status(FakeCluster& cluster, const kube::Kind& kind, const kube::json& object,
                const kube::json& status);

kube::json condition(std::string_view type, std::string_view status, std::string_view reason,
                     std::string_view message);

}  // namespace support::simulation
