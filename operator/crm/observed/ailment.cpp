#include "operator/crm/observed/ailment.h"

#include "common/text.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/observed/pod_ailment.h"
#include "operator/crm/observed/refusal.h"
#include "operator/kube/json_fields.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;
using kube::list_at;
using kube::named;
using kube::text_at;

/// More of them would fit no message.
constexpr std::size_t kWordsLimit = 600;

/// Each attempt to make a pod gives it another name, which is no news.
std::string without_pod_name(std::string words) {
    for (const auto& [before, after] :
         {std::pair("pods \"", "\" is forbidden: "), std::pair("Pod \"", "\" is invalid: ")}) {
        const std::size_t begin = words.find(before);
        const std::size_t end = begin != std::string::npos ? words.find(after, begin) : begin;
        if (end != std::string::npos) {
            words.erase(begin, end + std::string_view(after).size() - begin);
        }
    }
    return words;
}

/// Of pods that cannot be created, by the words of the API server.
Ailment rejected(std::string what, const std::string& told) {
    const std::string words = without_pod_name(told);
    const auto refused = refusal_of(words);
    return {.reason = refused ? refused->reason : reason::kPodsRejected,
            .what = std::move(what),
            .by = refused ? refused->by : "",
            .words = words};
}

std::optional<Ailment> ailment_of_deployment(const json& deployment) {
    const std::string name = kube::key_of(deployment).name;
    const json& conditions = list_at(deployment, "/status/conditions");
    const json& failure = named(conditions, "type", "ReplicaFailure");
    if (failure.value("status", "") == "True") {
        return rejected("the pods of Deployment " + name, failure.value("message", ""));
    }
    if (kube::value_at(deployment, "/spec/paused") == true) {
        return Ailment{.reason = reason::kPaused, .what = "Deployment " + name};
    }
    const json& progress = named(conditions, "type", "Progressing");
    if (progress.value("status", "") == "False") {
        return Ailment{.reason = reason::kDeadlineExceeded,
                       .what = "Deployment " + name,
                       .words = progress.value("message", "")};
    }
    return std::nullopt;
}

std::optional<Ailment> ailment_of_job(const json& job) {
    if (kube::value_at(job, "/spec/suspend") != true) {
        return std::nullopt;
    }
    const json& suspended = named(list_at(job, "/status/conditions"), "type", "Suspended");
    return Ailment{.reason = reason::kSuspended,
                   .what = "Job " + kube::key_of(job).name,
                   .words = suspended.value("message", "")};
}

std::optional<Ailment> ailment_of_claim(const json& claim) {
    const std::string what = "PersistentVolumeClaim " + kube::key_of(claim).name;
    const std::string phase = text_at(claim, "/status/phase");
    const std::string volume = text_at(claim, "/spec/volumeName");
    if (phase == "Lost") {
        return Ailment{.reason = reason::kVolumeLost, .what = what, .by = volume};
    }
    if (phase == "Bound" && !text_at(claim, "/metadata/deletionTimestamp").empty()) {
        return Ailment{.reason = reason::kVolumeTerminating, .what = what, .by = volume};
    }
    if (phase == "Pending" && volume.empty() && text_at(claim, "/spec/storageClassName").empty()) {
        return Ailment{.reason = reason::kNoStorageClass, .what = what};
    }
    return std::nullopt;
}

Ailment ailment_of_claim_event(std::string what, const std::string& words) {
    constexpr std::string_view kBefore = "storageclass.storage.k8s.io \"";
    const std::size_t at = words.find(kBefore);
    if (at == std::string::npos || words.find("not found", at) == std::string::npos) {
        return {.reason = reason::kVolumeNotProvisioned, .what = std::move(what), .words = words};
    }
    const std::string rest = words.substr(at + kBefore.size());
    return {.reason = reason::kStorageClassUnknown,
            .what = std::move(what),
            .by = rest.substr(0, rest.find('"')),
            .words = words};
}

std::optional<Ailment> found(const kube::Kind& kind, const json& object) {
    if (kind == kPod) {
        return ailment_of_pod(object);
    }
    if (kind == kDeployment) {
        return ailment_of_deployment(object);
    }
    if (kind == kJob) {
        return ailment_of_job(object);
    }
    return kind == kPersistentVolumeClaim ? ailment_of_claim(object) : std::nullopt;
}

}  // namespace

std::optional<Ailment> ailment_of(const kube::Kind& kind, const json& object) {
    std::optional<Ailment> ailment = found(kind, object);
    if (ailment) {
        ailment->words = common::one_line(ailment->words, kWordsLimit);
    }
    return ailment;
}

Ailment ailment_of_event(const json& event) {
    const std::string kind = text_at(event, "/involvedObject/kind");
    const std::string what = fmt::format("{} {}", kind, text_at(event, "/involvedObject/name"));
    const std::string words = common::one_line(text_at(event, "/message"), kWordsLimit);
    if (kind == kPod.kind) {
        return {.reason = reason::kVolumeNotAttached, .what = what, .words = words};
    }
    return kind == kPersistentVolumeClaim.kind ? ailment_of_claim_event(what, words)
                                               : rejected("the pods of " + what, words);
}

std::string time_of_event(const json& event) {
    for (const char* field : {"/series/lastObservedTime", "/lastTimestamp", "/eventTime"}) {
        if (std::string time = text_at(event, field); !time.empty()) {
            return time;
        }
    }
    return text_at(event, "/metadata/creationTimestamp");
}

}  // namespace crm
