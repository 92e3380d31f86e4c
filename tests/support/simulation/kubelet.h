// Nodes: pods are scheduled or not, images pulled or not, containers run, become ready, end, are started
// again. What the program in a container does is told from outside.
#pragma once

#include "tests/support/simulation/controller.h"
#include "tests/support/simulation/pods.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace support::simulation {

/// What a program is doing at a moment.
struct Behaviour {
    enum class State { running, ready, exited };

    State state = State::running;
    int exit_code = 0;
    std::string message = {};
    /// When it will do something else although no pod changed.
    std::optional<TimePoint> until = {};
};

/// What the world of the pods is like; each may be left out. Asked again whenever a pod has changed.
struct Machines {
    /// What the pod's program does, which has run since then.
    std::function<Behaviour(const kube::json& pod, TimePoint since)> program;
    /// Why the pod fits no node; empty when it does.
    std::function<std::string(const kube::json& pod)> unschedulable = [](const kube::json&) { return ""; };
    /// What the registry says of an image; empty when it can be pulled.
    std::function<std::string(const std::string& image)> unpullable = [](const std::string&) { return ""; };
    /// A pod ends or has been ended: its program runs no more.
    std::function<void(const kube::json& pod)> ended = [](const kube::json&) {};
};

class Kubelet final : public Controller {
  public:
    Kubelet(FakeCluster& cluster, Scheduler& scheduler, Machines machines)
        : Controller(cluster, scheduler, {kPod, kPersistentVolumeClaim}), machines_(std::move(machines)) {}

    /// Looks at all pods again, since something that no pod shows has changed.
    void look_again() { wake_at(scheduler_.now()); }
    /// Ends a container, as a crash does.
    void crash(const kube::ObjectKey& pod);

  private:
    struct Container {
        TimePoint starts;
        std::optional<TimePoint> started = {};
        std::optional<TimePoint> gone = {};  // when it is deleted: when its grace period ends
        int restarts = 0;
    };

    void reconcile() override;
    void run(const kube::json& pod);
    void start(const kube::json& pod, Container& container);
    void observe(const kube::json& pod, Container& container);
    void end(const kube::json& pod, Container& container);
    void exited(const kube::json& pod, Container& container, const Behaviour& behaviour);
    bool has_volumes(const kube::json& pod);
    void bind(const kube::json& claim);
    void release_claims();
    void set_pod_status(const kube::json& pod, const char* phase, bool ready, const kube::json& state,
                        const Container& container);

    const Machines machines_;
    std::map<std::string, Container> containers_;  // by the pod's uid
};

}  // namespace support::simulation
