#include "tests/support/simulation/kubelet.h"

#include <algorithm>

namespace support::simulation {
namespace {

using kube::json;

constexpr Duration kLongestStart{6'000};
constexpr Duration kLongestEnd{6'000};
constexpr Duration kRestartDelay{10'000};
constexpr Duration kLongAgo{3'600'000};

const json& main_container(const json& pod) {
    return at(pod, {"spec", "containers"}).at(0);
}

std::string claim_of(const json& pod, const json& set_volume) {
    return set_volume.at("name").get<std::string>() + "-" + kube::key_of(pod).name;
}

bool starts_again(const json& pod) {
    return at(pod, {"spec"}).value("restartPolicy", "Always") == "Always";
}

void drop_finalizer(FakeCluster& cluster, const kube::Kind& kind, const json& object) {
    cluster.edit(
        kind, kube::key_of(object), [](json& changed) { changed["metadata"].erase("finalizers"); },
        kUntracked);
}

}  // namespace

void Kubelet::reconcile() {
    for (const Object& pod : cluster_.view(kPod)) {
        run(*pod);
    }
    release_claims();
}

void Kubelet::run(const json& pod) {
    const auto [known, is_new] = containers_.try_emplace(kube::uid_of(pod));
    Container& container = known->second;
    if (is_new) {
        container.starts = scheduler_.now() + scheduler_.chance().up_to(kLongestStart);
        if (at(pod, {"status", "phase"}) == "Running") {
            container.started = scheduler_.now() - kLongAgo;  // before this simulation began
        }
    }
    if (is_deleting(pod)) {
        end(pod, container);
    } else if (has_ended(pod)) {
        return;
    } else if (!container.started) {
        start(pod, container);
    } else {
        observe(pod, container);
    }
}

void Kubelet::start(const json& pod, Container& container) {
    if (const std::string why = machines_.unschedulable(pod); !why.empty()) {
        set_status(cluster_, kPod, pod,
                   {{"phase", "Pending"},
                    {"conditions", json::array({condition("PodScheduled", "False", "Unschedulable", why)})}});
        return;
    }
    if (!has_condition(pod, "PodScheduled") && !has_volumes(pod)) {
        return;  // once it has them, it keeps them
    }
    const std::string image = main_container(pod).at("image");
    if (const std::string why = machines_.unpullable(image); !why.empty()) {
        set_pod_status(pod, "Pending", false,
                       {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", why}}}}, container);
        return;
    }
    if (scheduler_.now() < container.starts) {
        wake_at(container.starts);
        return;
    }
    container.started = scheduler_.now();
    observe(pod, container);
}

void Kubelet::observe(const json& pod, Container& container) {
    const Behaviour now = machines_.program(pod, *container.started);
    if (now.until) {
        wake_at(*now.until);
    }
    if (now.state == Behaviour::State::exited) {
        return exited(pod, container, now);
    }
    set_pod_status(pod, "Running", now.state == Behaviour::State::ready, {{"running", json::object()}},
                   container);
}

void Kubelet::exited(const json& pod, Container& container, const Behaviour& behaviour) {
    const json terminated = {{"terminated",
                              {{"exitCode", behaviour.exit_code},
                               {"reason", behaviour.exit_code == 0 ? "Completed" : "Error"},
                               {"message", behaviour.message},
                               {"finishedAt", scheduler_.now_text()}}}};
    machines_.ended(pod);
    container.started.reset();
    if (!starts_again(pod)) {
        set_pod_status(pod, behaviour.exit_code == 0 ? "Succeeded" : "Failed", false, terminated, container);
        return;
    }
    ++container.restarts;
    container.starts = scheduler_.now() + kRestartDelay * std::min(container.restarts, 30);
    wake_at(container.starts);
    set_pod_status(pod, "Running", false,
                   {{"waiting", {{"reason", "CrashLoopBackOff"}, {"message", behaviour.message}}}},
                   container);
}

void Kubelet::end(const json& pod, Container& container) {
    if (!container.gone) {
        machines_.ended(pod);
        container.gone =
            scheduler_.now() + (container.started ? scheduler_.chance().up_to(kLongestEnd) : Duration{0});
    }
    if (scheduler_.now() < *container.gone) {
        wake_at(*container.gone);
        return;
    }
    containers_.erase(kube::uid_of(pod));
    drop_finalizer(cluster_, kPod, pod);
}

void Kubelet::crash(const kube::ObjectKey& pod) {
    const Object live = cluster_.find(kPod, pod);
    const auto known = live == nullptr ? containers_.end() : containers_.find(kube::uid_of(*live));
    if (known != containers_.end() && known->second.started && !is_deleting(*live) && !has_ended(*live)) {
        exited(*live, known->second,
               {.state = Behaviour::State::exited, .exit_code = 137, .message = "Killed"});
    }
}

/// Claims of a StatefulSet are named after its pods. Binding happens when the first pod comes.
bool Kubelet::has_volumes(const json& pod) {
    const json& owner = controller_of(pod);
    if (at(owner, {"kind"}) != kStatefulSet.kind) {
        return true;
    }
    const kube::ObjectKey key = kube::key_of(pod);
    const Object set = cluster_.find(kStatefulSet, {key.ns, at(owner, {"name"}).get<std::string>()});
    if (set == nullptr) {
        return true;  // the pod outlives its set: it has what it had
    }
    for (const json& claim : at(*set, {"spec", "volumeClaimTemplates"})) {
        const Object live =
            cluster_.find(kPersistentVolumeClaim, {key.ns, claim_of(pod, claim.at("metadata"))});
        if (live == nullptr || is_deleting(*live)) {
            return false;
        }
        if (at(*live, {"status", "phase"}) != "Bound") {
            bind(*live);
        }
    }
    return true;
}

/// The volume of a claim is named after it.
void Kubelet::bind(const json& claim) {
    cluster_.edit(
        kPersistentVolumeClaim, kube::key_of(claim),
        [](json& changed) { changed["spec"]["volumeName"] = "pvc-" + kube::uid_of(changed); }, kUntracked);
    set_status(cluster_, kPersistentVolumeClaim, claim, {{"phase", "Bound"}});
}

/// A claim that is being deleted goes when no pod uses it: one that has no node yet does not.
void Kubelet::release_claims() {
    for (const Object& claim : cluster_.view(kPersistentVolumeClaim)) {
        if (!is_deleting(*claim)) {
            continue;
        }
        const std::string name = kube::key_of(*claim).name;
        const auto pods = cluster_.view(kPod);
        const bool in_use = std::any_of(pods.begin(), pods.end(), [&](const Object& pod) {
            return kube::key_of(*pod).ns == kube::key_of(*claim).ns &&
                   name.ends_with("-" + kube::key_of(*pod).name) && has_condition(*pod, "PodScheduled");
        });
        if (!in_use) {
            drop_finalizer(cluster_, kPersistentVolumeClaim, *claim);
        }
    }
}

void Kubelet::set_pod_status(const json& pod, const char* phase, bool ready, const json& state,
                             const Container& container) {
    const json& spec = main_container(pod);
    set_status(cluster_, kPod, pod,
               {{"phase", phase},
                {"conditions", json::array({condition("PodScheduled", "True", "", ""),
                                            condition("Ready", ready ? "True" : "False", "", "")})},
                {"containerStatuses", json::array({{{"name", spec.at("name")},
                                                    {"image", spec.at("image")},
                                                    {"ready", ready},
                                                    {"restartCount", container.restarts},
                                                    {"state", state}}})}});
}

}  // namespace support::simulation
