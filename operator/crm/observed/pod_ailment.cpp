#include "operator/crm/observed/pod_ailment.h"

#include "operator/crm/api/reasons.h"
#include "operator/crm/observed/last_words.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;
using kube::list_at;
using kube::named;
using kube::object_at;
using kube::text_at;

/// Restarts after which a container is not believed to come up by itself.
constexpr int kRestartsOfALoop = 2;
/// EX_TEMPFAIL, with which crm-server's `migrate` tells that the database did not let it work.
constexpr int kTemporaryFailure = 75;

/// A word of the kubelet, and what it means.
struct Meaning {
    std::string_view word;
    const char* reason;
};

constexpr Meaning kWaiting[] = {
    {"ErrImagePull", reason::kImagePullFailed},
    {"ImagePullBackOff", reason::kImagePullFailed},
    {"ErrImageNeverPull", reason::kImagePullFailed},
    {"RegistryUnavailable", reason::kImagePullFailed},
    {"ImageInspectError", reason::kImagePullFailed},
    {"SignatureValidationFailed", reason::kImagePullFailed},
    {"InvalidImageName", reason::kInvalidImageName},
    {"CreateContainerConfigError", reason::kContainerConfigInvalid},
    {"CreateContainerError", reason::kContainerCannotStart},
    {"RunContainerError", reason::kContainerCannotStart},
    {"PostStartHookError", reason::kContainerCannotStart},
};

/// What the last words of a program tell, whatever its exit code is.
constexpr Meaning kLastWords[] = {
    {"No space left on device", reason::kDiskFull},
    {"no space left on device", reason::kDiskFull},
    {"too many clients already", reason::kConnectionsExhausted},
    {"remaining connection slots are reserved", reason::kConnectionsExhausted},
    {"too many connections for role", reason::kConnectionsExhausted},
};

/// How a kubelet or the control plane ended a pod.
constexpr Meaning kEnded[] = {
    {"Evicted", reason::kEvicted},
    {"TerminationByKubelet", reason::kEvicted},
    {"EvictionByEvictionAPI", reason::kEvicted},
    {"Preempting", reason::kPreempted},
    {"PreemptionByScheduler", reason::kPreempted},
    {"NodeLost", reason::kNodeLost},
    {"DeletionByTaintManager", reason::kNodeLost},
    {"DeletionByPodGC", reason::kNodeLost},
    {"NodeAffinity", reason::kPodRejected},
    {"NodePorts", reason::kPodRejected},
    {"TaintToleration", reason::kPodRejected},
    {"UnexpectedAdmissionError", reason::kPodRejected},
    {"AppArmor", reason::kPodRejected},
    {"PodOSNotSupported", reason::kPodRejected},
};
/// "OutOfcpu", "OutOfmemory" and so on: the kubelet found no room for it.
constexpr std::string_view kNoRoom = "OutOf";

const char* meaning_of(std::span<const Meaning> meanings, std::string_view word) {
    const auto found = std::ranges::find(meanings, word, &Meaning::word);
    return found != meanings.end() ? found->reason : nullptr;
}

/// Newer kubelets repeat the registry's words while they wait to try again.
std::string words_of_registry(std::string message) {
    constexpr std::string_view kRepeated = "\": ErrImagePull: ";
    if (const auto at = message.find(kRepeated); at != std::string::npos) {
        message.erase(0, at + kRepeated.size());
    }
    return message;
}

/// How a container ended last: just now, or before it was started again. Empty when it never did.
const json& last_end(const json& container) {
    const json& now = object_at(container, "/state/terminated");
    return now.empty() ? object_at(container, "/lastState/terminated") : now;
}

const char* reason_of_end(const json& end, const std::string& log) {
    if (end.value("reason", "") == "OOMKilled") {
        return reason::kOutOfMemory;
    }
    for (const Meaning& meaning : kLastWords) {
        if (log.find(meaning.word) != std::string::npos) {
            return meaning.reason;
        }
    }
    const std::string word = end.value("reason", "");
    return word == "StartError" || word == "ContainerCannotRun" ? reason::kContainerCannotStart : nullptr;
}

/// Whether the pod was ready after the container was started. How it ended before that stays with the pod for
/// as long as it lives, and is no reason any more.
bool has_run_well(const json& container, const json& pod) {
    const std::string started = text_at(container, "/state/running/startedAt");
    const json& ready = named(list_at(pod, "/status/conditions"), "type", "Ready");
    return !started.empty() && started < ready.value("lastTransitionTime", "");
}

/// Of a container that ended and is to run on.
std::optional<Ailment> ailment_of_end(const json& container, const json& pod, const std::string& what) {
    const json& end = last_end(container);
    if (end.empty() || has_run_well(container, pod)) {
        return std::nullopt;
    }
    const std::string log = end.value("message", "");
    const bool loops = container.value("restartCount", 0) >= kRestartsOfALoop ||
                       text_at(container, "/state/waiting/reason") == "CrashLoopBackOff";
    const char* reason = reason_of_end(end, log);
    if (reason == nullptr && !loops) {
        return std::nullopt;
    }
    return Ailment{.reason = reason != nullptr ? reason : reason::kCrashLoop,
                   .what = what,
                   .by = std::to_string(end.value("exitCode", 0)),
                   .words = last_words(log)};
}

std::optional<Ailment> ailment_of_container(const json& container, const json& pod, const std::string& name) {
    const std::string what = fmt::format("container {} of Pod {}", container.value("name", ""), name);
    const std::string waiting = text_at(container, "/state/waiting/reason");
    if (const char* reason = meaning_of(kWaiting, waiting)) {
        return Ailment{.reason = reason,
                       .what = what,
                       .by = container.value("image", ""),
                       .words = words_of_registry(text_at(container, "/state/waiting/message"))};
    }
    return container.value("ready", false) ? std::nullopt : ailment_of_end(container, pod, what);
}

/// Of a pod that does one thing and ends, a migration, the failure of its container.
std::optional<Ailment> ailment_of_attempt(const json& pod, const std::string& name) {
    for (const json& container : list_at(pod, "/status/containerStatuses")) {
        const json& end = object_at(container, "/state/terminated");
        if (end.value("exitCode", 0) == 0) {
            continue;
        }
        const std::string log = end.value("message", "");
        const char* reason = reason_of_end(end, log);
        const bool waits = end.value("exitCode", 0) == kTemporaryFailure;
        return Ailment{.reason = reason != nullptr ? reason
                                 : waits           ? reason::kMigrationWaits
                                                   : reason::kMigrationRetries,
                       .what = fmt::format("container {} of Pod {}", container.value("name", ""), name),
                       .by = std::to_string(end.value("exitCode", 0)),
                       .words = last_words(log)};
    }
    return std::nullopt;
}

/// Of a pod that somebody ended, or that waits for a node that is gone.
std::optional<Ailment> ailment_of_ended(const json& pod, const std::string& name) {
    const json& disrupted = named(list_at(pod, "/status/conditions"), "type", "DisruptionTarget");
    const std::string word = text_at(pod, "/status/reason");
    const char* reason = meaning_of(kEnded, word);
    if (reason == nullptr && word.starts_with(kNoRoom)) {
        reason = reason::kPodRejected;
    }
    if (reason == nullptr) {
        reason = meaning_of(kEnded, disrupted.value("reason", ""));
    }
    if (reason == nullptr) {
        return std::nullopt;
    }
    const std::string words = text_at(pod, "/status/message");
    return Ailment{.reason = reason,
                   .what = "Pod " + name,
                   .by = text_at(pod, "/spec/nodeName"),
                   .words = words.empty() ? disrupted.value("message", "") : words};
}

std::optional<Ailment> ailment_of_scheduling(const json& pod, const std::string& name) {
    const json& scheduled = named(list_at(pod, "/status/conditions"), "type", "PodScheduled");
    // Room is being made for it.
    const bool nominated = !text_at(pod, "/status/nominatedNodeName").empty();
    if (scheduled.value("status", "") != "False" || nominated) {
        return std::nullopt;
    }
    return Ailment{.reason = scheduled.value("reason", "") == "SchedulingGated" ? reason::kSchedulingGated
                                                                                : reason::kUnschedulable,
                   .what = "Pod " + name,
                   .words = scheduled.value("message", "")};
}

/// What others want to do before the pod may go, as words.
std::string finalizers_of(const json& pod) {
    std::string result;
    for (const json& finalizer : list_at(pod, "/metadata/finalizers")) {
        result += (result.empty() ? "Its finalizers: " : ", ") + finalizer.get<std::string>();
    }
    return result;
}

Ailment ailment_of_going(const json& pod, const std::string& name, bool has_ended) {
    const std::string finalizers = finalizers_of(pod);
    return {.reason = has_ended && !finalizers.empty() ? reason::kFinalizersPending : reason::kPodTerminating,
            .what = "Pod " + name,
            .by = text_at(pod, "/spec/nodeName"),
            .words = finalizers};
}

/// What is to be said when nothing else is known.
std::optional<Ailment> not_ready(const json& pod, const std::string& name) {
    const json& ready = named(list_at(pod, "/status/conditions"), "type", "Ready");
    if (ready.value("status", "") == "True") {
        return std::nullopt;
    }
    for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"}) {
        for (const json& container : list_at(pod, list)) {
            if (const std::string waiting = text_at(container, "/state/waiting/reason"); !waiting.empty()) {
                return Ailment{.reason = reason::kPodNotReady, .what = "Pod " + name, .words = waiting};
            }
        }
    }
    return Ailment{.reason = reason::kPodNotReady,
                   .what = "Pod " + name,
                   .words = ready.value("reason", text_at(pod, "/status/phase"))};
}

}  // namespace

std::optional<Ailment> ailment_of_pod(const json& pod) {
    const std::string name = kube::key_of(pod).name;
    const std::string phase = text_at(pod, "/status/phase");
    const bool goes = !text_at(pod, "/metadata/deletionTimestamp").empty();
    if (goes || phase == "Failed") {
        if (auto ended = ailment_of_ended(pod, name)) {
            return ended;
        }
    }
    // What does one thing and ends.
    const bool attempt = text_at(pod, "/spec/restartPolicy") == "Never";
    if (phase == "Failed" && attempt) {
        return ailment_of_attempt(pod, name);
    }
    const bool has_ended = phase == "Failed" || phase == "Succeeded";
    if (goes && !(has_ended && attempt)) {
        return ailment_of_going(pod, name, has_ended);
    }
    if (has_ended) {
        return std::nullopt;
    }
    // Another container may keep the pod of an attempt that has failed.
    if (attempt) {
        if (auto failed = ailment_of_attempt(pod, name)) {
            return failed;
        }
    }
    if (auto waits = ailment_of_scheduling(pod, name)) {
        return waits;
    }
    for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"}) {
        for (const json& container : list_at(pod, list)) {
            if (auto ailment = ailment_of_container(container, pod, name)) {
                return ailment;
            }
        }
    }
    return not_ready(pod, name);
}

}  // namespace crm
