#include "tests/support/simulation/job_controller.h"

#include <algorithm>

namespace support::simulation {
namespace {

using kube::json;

constexpr Duration kFirstBackoff{10'000};
constexpr Duration kLongestBackoff{600'000};

bool matches_exit_code(const json& on_exit_codes, const json& pod) {
    const json& values = at(on_exit_codes, {"values"});
    const json& statuses = at(pod, {"status", "containerStatuses"});
    return std::any_of(statuses.begin(), statuses.end(), [&](const json& status) {
        const json& code = at(status, {"state", "terminated", "exitCode"});
        const json& name = at(on_exit_codes, {"containerName"});
        const bool listed = std::find(values.begin(), values.end(), code) != values.end();
        return code.is_number() && code != 0 && (name.is_null() || name == at(status, {"name"})) &&
               listed == (at(on_exit_codes, {"operator"}) == "In");
    });
}

/// "Ignore", "FailJob", "Count": the action of the first rule that matches.
std::string verdict_on(const json& job, const json& pod) {
    for (const json& rule : at(job, {"spec", "podFailurePolicy", "rules"})) {
        const json& codes = at(rule, {"onExitCodes"});
        const json& conditions = at(rule, {"onPodConditions"});
        const bool matching = (!codes.is_null() && matches_exit_code(codes, pod)) ||
                              std::any_of(conditions.begin(), conditions.end(), [&](const json& wanted) {
                                  return has_condition(pod, wanted.at("type").get_ref<const std::string&>());
                              });
        if (matching) {
            return rule.at("action");
        }
    }
    return "Count";
}

json status_of(const json& job, json counts, const char* ended, const char* reason, const std::string& now) {
    if (ended != nullptr) {
        json condition_of_end = condition(ended, "True", reason, "");
        condition_of_end["lastTransitionTime"] = now;
        counts["conditions"] = json::array({std::move(condition_of_end)});
    } else if (const json& before = at(job, {"status", "conditions"}); !before.is_null()) {
        counts["conditions"] = before;
    }
    return counts;
}

}  // namespace

void JobController::reconcile() {
    for (const Object& job : cluster_.view(kJob)) {
        if (!is_deleting(*job) && !has_condition(*job, "Complete") && !has_condition(*job, "Failed")) {
            bring_on(*job);
        }
    }
}

void JobController::bring_on(const json& job) {
    const auto pods = pods_of(cluster_, job);
    const Tally now = tally(job, pods);
    const bool fail_now = std::any_of(pods.begin(), pods.end(), [&](const Object& pod) {
        return at(*pod, {"status", "phase"}) == "Failed" && verdict_on(job, *pod) == "FailJob";
    });
    const char* ended = nullptr;
    const char* reason = "";
    if (now.succeeded > 0) {
        ended = "Complete";
        reason = "CompletionsReached";
    } else if (fail_now || now.failed > at(job, {"spec"}).value("backoffLimit", 6)) {
        ended = "Failed";
        reason = fail_now ? "PodFailurePolicy" : "BackoffLimitExceeded";
    } else if (now.active == 0) {
        start_pod(job, now);
    }
    set_status(
        cluster_, kJob, job,
        status_of(
            job, {{"active", ended == nullptr ? 1 : 0}, {"succeeded", now.succeeded}, {"failed", now.failed}},
            ended, reason, scheduler_.now_text()));
}

/// A pod that was deleted before it ended counts as failed: here it just is no more, and the next is started.
JobController::Tally JobController::tally(const json& job, const std::vector<Object>& pods) const {
    Tally result;
    for (const Object& pod : pods) {
        const json& phase = at(*pod, {"status", "phase"});
        if (phase == "Succeeded") {
            ++result.succeeded;
        } else if (phase != "Failed") {
            ++result.active;
        } else if (verdict_on(job, *pod) == "Ignore") {
            ++result.ignored;
        } else {
            ++result.failed;
        }
    }
    return result;
}

void JobController::start_pod(const json& job, const Tally& now) {
    const int failures = now.failed + now.ignored;
    const auto wait = failures == 0
                          ? Duration{0}
                          : std::min(kFirstBackoff * (1 << std::min(failures - 1, 6)), kLongestBackoff);
    const std::string id = kube::uid_of(job) + "/" + std::to_string(failures);
    const TimePoint due = next_.try_emplace(id, scheduler_.now() + wait).first->second;
    if (due > scheduler_.now()) {
        wake_at(due);
        return;
    }
    const std::string name = kube::key_of(job).name + "-" + std::to_string(++names_);
    if (!make_pod(cluster_, job, name)) {
        try_again();
    }
}

}  // namespace support::simulation
