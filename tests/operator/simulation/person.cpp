#include "tests/operator/simulation/person.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/kube/client.h"
#include "operator/kube/field_ownership.h"
#include "tests/operator/crm/instances.h"
#include "tests/support/simulation/pods.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace crm::simulation {
namespace {

using kube::json;
using support::simulation::at;
using support::simulation::Duration;

/// Between two deeds: as often a millisecond as a minute.
Duration pause(support::simulation::Chance& chance) {
    return Duration{Duration::rep{1} << chance.draw(17)};
}

/// The scalars of what the operator owns that the API server lets somebody change.
void collect_scalars(const json& owned, const json::json_pointer& place,
                     std::vector<json::json_pointer>& found) {
    static constexpr std::array<std::string_view, 14> kFixed{"selector",
                                                             "volumeClaimTemplates",
                                                             "serviceName",
                                                             "podManagementPolicy",
                                                             "persistentVolumeClaimRetentionPolicy",
                                                             "name",
                                                             "containerPort",
                                                             "port",
                                                             "protocol",
                                                             "mountPath",
                                                             "clusterIP",
                                                             "type",
                                                             "ownerReferences",
                                                             "labels"};
    if (!owned.is_structured()) {
        found.push_back(place);
        return;
    }
    for (const auto& [name, member] : owned.items()) {
        if (std::ranges::find(kFixed, name) == kFixed.end()) {
            collect_scalars(member, owned.is_array() ? place / std::stoul(name) : place / name, found);
        }
    }
}

void change_scalar(json& value) {
    if (value.is_boolean()) {
        value = !value.get<bool>();
    } else if (value.is_number_integer()) {
        value = value.get<int>() + 1;
    } else if (value.is_string()) {
        value = value.get<std::string>() + "0";
    }
}

}  // namespace

json first_spec(bool retain) {
    return instance_manifest(kInstance.name, kInstance.ns,
                             json::object({{"deletionPolicy", retain ? "Retain" : "Delete"}}));
}

Person::Person(support::FakeCluster& cluster, Scheduler& scheduler, Judge& judge, std::span<const Deed> deeds,
               Told told)
    : cluster_(cluster),
      scheduler_(scheduler),
      judge_(judge),
      deeds_(deeds.begin(), deeds.end()),
      told_(std::move(told)),
      due_(scheduler.now() + pause(scheduler.chance())) {}

std::optional<TimePoint> Person::due() const {
    return is_done() ? std::nullopt : std::optional(due_);
}

void Person::act() {
    judge_.excuse_writes();
    perform(deeds_[next_++]);
    due_ = scheduler_.now() + pause(scheduler_.chance());
}

void Person::perform(Deed deed) {
    auto& chance = scheduler_.chance();
    switch (deed) {
        case Deed::create:
            return write_spec(json::object());
        case Deed::scale:
            return write_spec({{"replicas", chance.draw(4)}});
        case Deed::resize:
            return write_spec({{"size", chance.among(std::array{"small", "medium", "large"})}});
        case Deed::change_version:
            return write_spec({{"version", chance.among(std::array{"0.1.0", "0.2.0", "0.3.0"})}});
        case Deed::break_version:
            return write_spec({{"version", kBrokenVersion}});
        case Deed::spoil:
            return write_spec({{"size", "huge"}});
        case Deed::change_policy:
            return write_spec({{"deletionPolicy", chance.among(std::array{"Retain", "Delete"})}});
        case Deed::remove:
            return remove(/*orphan=*/false, /*slowly=*/false);
        case Deed::remove_slowly:
            return remove(/*orphan=*/false, /*slowly=*/true);
        case Deed::orphan:
            return remove(/*orphan=*/true, /*slowly=*/false);
        case Deed::change_owned:
            return change_owned();
        case Deed::remove_owned:
            return remove_owned();
        case Deed::lose_labels:
            return lose_labels();
    }
    std::abort();
}

json Person::spec() const {
    const auto live = cluster_.find(kCrmInstance, kInstance);
    return live == nullptr ? json::object() : live->at("spec");
}

/// A new instance gets a policy by chance; of one that is there only what changes is changed.
void Person::write_spec(const json& changes) {
    json manifest = first_spec(scheduler_.chance().one_in(2));
    manifest["spec"].update(spec());
    manifest["spec"].update(changes);
    told_("writes the spec " + manifest["spec"].dump());
    judge_.saw_policy(cluster_.put(kCrmInstance, manifest));
}

void Person::remove(bool orphan, bool slowly) {
    if (cluster_.find(kCrmInstance, kInstance) == nullptr) {
        return;
    }
    if (slowly) {
        cluster_.edit(kCrmInstance, kInstance, [](json& object) {
            object["metadata"]["finalizers"] = json::array({"example.org/hold"});
        });
    }
    if (orphan) {
        judge_.saw_orphaning();
    }
    told_(orphan ? "deletes the instance but not what it owns" : "deletes the instance");
    cluster_.erase(kCrmInstance, kInstance, orphan ? kube::Dependents::orphan : kube::Dependents::collect);
    if (slowly) {
        cluster_.edit(kCrmInstance, kInstance, [](json& object) { object["metadata"].erase("finalizers"); });
    }
}

std::optional<std::pair<kube::Kind, FakeCluster::Object>> Person::some_owned() {
    std::vector<std::pair<kube::Kind, FakeCluster::Object>> owned;
    for (const kube::Kind& kind : owned_kinds()) {
        for (const auto& object : cluster_.view(kind)) {
            if (instance_of(*object) == kInstance.name && !support::simulation::is_deleting(*object)) {
                owned.emplace_back(kind, object);
            }
        }
    }
    return owned.empty() ? std::nullopt : std::optional(scheduler_.chance().among(owned));
}

void Person::change_owned() {
    const auto chosen = some_owned();
    if (!chosen) {
        return;
    }
    const auto& [kind, object] = *chosen;
    std::vector<json::json_pointer> places;
    const json owned = kube::owned_fields(*object, kube::kFieldManager);
    if (kind == kJob || !owned.is_object() || !owned.contains("spec")) {
        return;  // cannot be changed, or has nothing to change
    }
    collect_scalars(owned.at("spec"), json::json_pointer("/spec"), places);
    if (places.empty()) {
        return;
    }
    const auto& place = scheduler_.chance().among(places);
    if (!object->contains(place)) {
        return;  // in a list that has other items as well
    }
    told_(fmt::format("changes {} of {} {}", place.to_string(), kind.kind, kube::key_of(*object).name));
    cluster_.edit(
        kind, kube::key_of(*object), [&](json& changed) { change_scalar(changed[place]); }, "kubectl-edit");
}

void Person::remove_owned() {
    if (const auto chosen = some_owned()) {
        const auto& [kind, object] = *chosen;
        told_(fmt::format("deletes {} {}", kind.kind, kube::key_of(*object).name));
        judge_.allow(*object);
        cluster_.erase(kind, kube::key_of(*object));
    }
}

void Person::lose_labels() {
    if (const auto chosen = some_owned()) {
        const auto& [kind, object] = *chosen;
        told_(fmt::format("takes the labels off {} {}", kind.kind, kube::key_of(*object).name));
        cluster_.edit(
            kind, kube::key_of(*object), [](json& changed) { changed["metadata"].erase("labels"); },
            "kubectl-label");
    }
}

}  // namespace crm::simulation
