#include "tests/operator/simulation/installation.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "tests/support/simulation/pods.h"

#include <algorithm>

namespace crm::simulation {
namespace {

using kube::json;
using support::simulation::at;
using support::simulation::Duration;
using State = Behaviour::State;

constexpr Duration kLongestRecovery{3'000};
constexpr Duration kLongestMigration{20'000};
constexpr Duration kPatience{300'000};  // how long a migration waits for its database
constexpr int kDatabaseUnreachable = 75;

/// By name: a policy may have added others.
const json* container(const json& pod, std::string_view name) {
    for (const json& candidate : at(pod, {"spec", "containers"})) {
        if (candidate.at("name") == name) {
            return &candidate;
        }
    }
    return nullptr;
}

}  // namespace

Machines Installation::machines() {
    return {.program = [this](const json& pod, TimePoint since) { return behave(pod, since); },
            .ended = [this](const json& pod) { migrated_at_.erase(kube::uid_of(pod)); }};
}

bool Installation::is_migrated(const kube::ObjectKey& instance, const std::string& image) const {
    const auto claim =
        cluster_->find(kPersistentVolumeClaim, {instance.ns, database_claim_name(instance.name)});
    const auto schema = claim == nullptr ? schemas_.end() : schemas_.find(kube::uid_of(*claim));
    return schema != schemas_.end() && schema->second.contains(image);
}

bool Installation::has_migrated(const std::string& image) const {
    return std::ranges::any_of(schemas_, [&](const auto& volume) { return volume.second.contains(image); });
}

bool Installation::database_is_ready(const kube::ObjectKey& instance) const {
    const auto pod =
        cluster_->find(support::simulation::kPod, {instance.ns, database_name(instance.name) + "-0"});
    return pod != nullptr && support::simulation::is_ready(*pod);
}

Behaviour Installation::behave(const json& pod, TimePoint since) {
    const kube::ObjectKey instance{kube::key_of(pod).ns, instance_of(pod)};
    if (container(pod, "postgres") != nullptr) {
        const TimePoint ready = since + kLongestRecovery;
        return scheduler_.now() >= ready ? Behaviour{.state = State::ready} : Behaviour{.until = ready};
    }
    if (container(pod, "migrate") != nullptr) {
        return migrate(pod, instance, since);
    }
    const json* const server = container(pod, "server");
    const bool serves =
        server != nullptr && database_is_ready(instance) && is_migrated(instance, server->at("image"));
    return {.state = serves ? State::ready : State::running};
}

/// It works when the database is there, for a while; a database that goes meanwhile is waited for anew.
Behaviour Installation::migrate(const json& pod, const kube::ObjectKey& instance, TimePoint since) {
    const std::string uid = kube::uid_of(pod);
    if (!database_is_ready(instance)) {
        migrated_at_.erase(uid);
        const TimePoint enough = since + kPatience;
        return scheduler_.now() >= enough ? Behaviour{.state = State::exited,
                                                      .exit_code = kDatabaseUnreachable,
                                                      .message = "no database"}
                                          : Behaviour{.until = enough};
    }
    const auto [done, began] =
        migrated_at_.try_emplace(uid, scheduler_.now() + scheduler_.chance().up_to(kLongestMigration));
    if (scheduler_.now() < done->second) {
        return {.until = done->second};
    }
    const std::string image = container(pod, "migrate")->at("image");
    if (image.ends_with(kBrokenVersion)) {
        return {.state = State::exited, .exit_code = 1, .message = "the migration is broken"};
    }
    const auto claim =
        cluster_->find(kPersistentVolumeClaim, {instance.ns, database_claim_name(instance.name)});
    if (claim != nullptr) {
        schemas_[kube::uid_of(*claim)].insert(image);
    }
    return {.state = State::exited};
}

}  // namespace crm::simulation
