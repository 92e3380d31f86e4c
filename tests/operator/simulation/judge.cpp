#include "tests/operator/simulation/judge.h"

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/report/causes.h"
#include "tests/operator/crm/instances.h"
#include "tests/support/simulation/pods.h"

#include <algorithm>

#include <fmt/format.h>

namespace crm::simulation {
namespace {

using kube::json;
using support::Verb;
using support::simulation::at;

/// The most writes that one cause may be answered with: an instance is made with eleven and told of some
/// times.
constexpr std::size_t kWritesPerCause = 40;

bool is_data(const kube::Kind& kind) {
    return kind == kSecret || kind == kPersistentVolumeClaim;
}

std::string text_of(const kube::Kind& kind, const json& object) {
    return fmt::format("{} {}", kind.kind, kube::key_of(object).name);
}

/// What a spec asks for that cannot be had, or what threatens the data; empty when nothing is in the way.
std::string obstacle(const json& instance, const support::FakeCluster& cluster) {
    const auto spec = decode_spec(instance);
    if (!spec) {
        return "InvalidSpec";
    }
    if (target_version(*spec, kSettings) == kBrokenVersion) {
        return "MigrationFailed";
    }
    const kube::ObjectKey key = kube::key_of(instance);
    const auto claim = cluster.find(kPersistentVolumeClaim, {key.ns, database_claim_name(key.name)});
    return claim != nullptr && support::simulation::is_deleting(*claim) ? "VolumeTerminating" : "";
}

}  // namespace

void Judge::blame(std::string violation) {
    violations_.push_back(std::move(violation));
}

void Judge::saw_policy(const json& instance) {
    if (at(instance, {"spec", "deletionPolicy"}) == "Delete") {
        deletable_.insert(kube::uid_of(instance));
    }
}

void Judge::saw(const Request& request, Answer answer) {
    ++requests_;
    if (!request.writes()) {
        return;
    }
    writes_ += request.changed ? 1 : 0;
    if (request.kind == kCrmInstance &&
        (request.verb != Verb::apply_status || request.object.contains("spec"))) {
        blame("writes to an instance what is not its status");
    }
    if (request.verb == Verb::remove && (request.kind == kSecret || request.kind == kPersistentVolumeClaim)) {
        blame(fmt::format("deletes {} {}", request.kind.kind, request.key.name));
    }
    if (request.changed && request.kind == kPersistentVolumeClaim) {
        const auto claim = cluster_.find(kPersistentVolumeClaim, request.key);
        if (claim != nullptr && at(*claim, {"metadata", "finalizers"}).is_null()) {
            blame("makes a claim, which is for the StatefulSet to do");
        }
    }
    if (request.changed && request.kind == kSecret) {
        if (const auto secret = cluster_.find(kSecret, request.key)) {
            check_password(*secret);
        }
    }
    if (request.changed && request.kind == kDeployment && request.object.contains("spec")) {
        judge_rollout(request.object);
    }
    if (request.changed && request.verb == Verb::create && request.kind == kJob) {
        judge_migrations(request.object);
        made_unawares_ |= answer != Answer::given;
    }
}

/// Written when there is none, and never again: databases and people have it.
void Judge::check_password(const json& secret) {
    const json& password = at(secret, {"data", "password"});
    if (!password.is_string()) {
        return;
    }
    const auto [known, is_new] = passwords_.try_emplace(kube::uid_of(secret), password.get<std::string>());
    if (!is_new && password != known->second && !allowed_.contains(kube::uid_of(secret))) {
        blame(fmt::format("changes the password in {}", text_of(kSecret, secret)));
    }
    known->second = password.get<std::string>();
}

/// What has served goes on serving until there is a schema for what is to serve then.
void Judge::judge_rollout(const json& deployment) {
    const auto instance = cluster_.find(kCrmInstance, {kube::key_of(deployment).ns, instance_of(deployment)});
    const std::string running = instance == nullptr ? "" : decode_status(*instance).running_version;
    const std::string image =
        at(deployment, {"spec", "template", "spec", "containers"}).at(0).at("image").get<std::string>();
    if (!running.empty() && image != image_of(running, kSettings) && !installation_.has_migrated(image)) {
        blame(fmt::format("rolls the server to {} before any migration", image));
    }
}

void Judge::judge_migrations(const json& job) {
    const auto unfinished = [&](const FakeCluster::Object& other) {
        using support::simulation::has_condition;
        return instance_of(*other) == instance_of(job) && !support::simulation::is_deleting(*other) &&
               !has_condition(*other, "Complete") && !has_condition(*other, "Failed");
    };
    const auto jobs = cluster_.view(kJob);
    if (std::ranges::count_if(jobs, unfinished) > 1 && !made_unawares_) {
        blame("starts a migration while another one works");
    }
}

/// A person's own deletion is his affair; a collector's follows from the owner that the operator gave.
void Judge::saw_go(const kube::Kind& kind, const json& gone) {
    if (!is_data(kind) || allowed_.contains(kube::uid_of(gone))) {
        return;
    }
    for (const json& owner : at(gone, {"metadata", "ownerReferences"})) {
        if (deletable_.contains(owner.at("uid").get<std::string>())) {
            return;
        }
    }
    blame(fmt::format("{} is lost although it was to be retained", text_of(kind, gone)));
}

void Judge::judge_rest(const kube::ObjectKey& instance) {
    if (writes_ > kWritesPerCause * causes_) {
        blame(fmt::format("{} writes for {} causes", writes_, causes_));
    }
    const auto live = cluster_.find(kCrmInstance, instance);
    if (live == nullptr) {
        return judge_remains(instance);
    }
    judge_instance(*live);
}

void Judge::judge_instance(const json& instance) {
    const Status status = decode_status(instance);
    const Condition* ready = status.find(condition::kReady);
    if (ready == nullptr || status.observed_generation != decode_identity(instance).generation) {
        return blame("the status does not tell of the spec");
    }
    ready_ = ready->status == Truth::yes;
    const std::string expected = obstacle(instance, cluster_);
    if (ready_ && expected.empty()) {
        return judge_truth(instance);
    }
    if (!ready_ && ready->reason != expected && find_cause(ready->reason) == nullptr) {
        return blame(fmt::format("names no cause, but a phase: {} ({})", ready->reason, ready->message));
    }
    if (expected == "MigrationFailed" && !status.running_version.empty() &&
        ready_servers(kube::key_of(instance)) == 0) {
        blame("serves no more, since a migration failed");
    }
    if (ready_ || ready->reason != expected) {
        blame(fmt::format("Ready is {} {} ({}) and should be {}", name_of(ready->status), ready->reason,
                          ready->message, expected.empty() ? "True" : expected));
    }
}

int Judge::ready_servers(const kube::ObjectKey& instance, const std::string& image) const {
    int serving = 0;
    for (const auto& pod : cluster_.view(support::simulation::kPod)) {
        const json& containers = at(*pod, {"spec", "containers"});
        const bool serves = std::ranges::any_of(containers, [&](const json& container) {
            return container.at("name") == "server" && (image.empty() || container.at("image") == image);
        });
        serving +=
            serves && instance_of(*pod) == instance.name && support::simulation::is_ready(*pod) ? 1 : 0;
    }
    return serving;
}

/// What is said to serve does, with what the spec asks for.
void Judge::judge_truth(const json& instance) {
    const kube::ObjectKey key = kube::key_of(instance);
    const auto spec = decode_spec(instance);
    const std::string image = target_image(*spec, kSettings);
    const int serving = ready_servers(key, image);
    if (serving != spec->replicas) {
        blame(fmt::format("{} of {} pods serve {}, and Ready is True", serving, spec->replicas, image));
    }
    if (!installation_.is_migrated(key, image)) {
        blame("the volume was not migrated, and Ready is True");
    }
}

/// Nothing but data, and that only if it is to be retained; and what a person wanted to stay.
void Judge::judge_remains(const kube::ObjectKey& instance) {
    for (const kube::Kind& kind : owned_kinds()) {
        for (const auto& left : cluster_.view(kind)) {
            const bool ours = kube::key_of(*left).ns == instance.ns && instance_of(*left) == instance.name;
            const bool owned = !at(*left, {"metadata", "ownerReferences"}).is_null();
            if (ours && (owned || (!is_data(kind) && !orphaned_))) {
                blame(fmt::format("{} outlives its instance", text_of(kind, *left)));
            }
        }
    }
}

void Judge::judge_quiet() {
    if (ready_ && requests_ > 0) {
        blame(fmt::format("is never quiet: {} requests", requests_));
    }
}

}  // namespace crm::simulation
