#include "operator/crm/report/diagnosis.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/reasons.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace crm {
namespace {

/// Of the part of an instance that an object belongs to; nothing for what holds no part up.
std::optional<Component> component_of(const ObservedObject& object) {
    for (const Component component : {Component::database, Component::migration, Component::server}) {
        if (object.kind == kPod && object.facts.value("component", "") == name_of(component)) {
            return component;
        }
    }
    if (object.kind == kStatefulSet || object.kind == kPersistentVolumeClaim) {
        return Component::database;
    }
    if (object.kind == kJob) {
        return Component::migration;
    }
    return object.kind == kDeployment ? std::optional(Component::server) : std::nullopt;
}

/// Whether what ails an object holds its part up. What ails the volume is told also while the database still
/// serves: with the next restart the data is gone.
bool concerns(const Unfinished& unfinished, const ObservedObject& object, Component component) {
    if (object.kind == kPersistentVolumeClaim && object.ailment) {
        return true;
    }
    switch (component) {
        case Component::database:
            return unfinished.database;
        case Component::migration:
            return unfinished.migration;
        case Component::server:
            return unfinished.server;
    }
    std::abort();
}

/// Whether a pod of the component is there, be it one that goes: the next is made when it is gone.
bool has_pod(const Observed& observed, Component component) {
    return std::ranges::any_of(observed.objects, [&](const ObservedObject& object) {
        return object.kind == kPod && component_of(object) == component;
    });
}

/// Whether a pod has failed and another is in its place: it stays for long after that. An attempt to migrate
/// is told of also while the next one is made.
bool is_replaced(const ObservedObject& object, Component component, const Observed& observed) {
    const auto has_failed = [](const ObservedObject& pod) { return pod.facts.value("failed", false); };
    return object.kind == kPod && component != Component::migration && has_failed(object) &&
           std::ranges::any_of(observed.objects, [&](const ObservedObject& other) {
               return other.kind == kPod && component_of(other) == component && !has_failed(other);
           });
}

/// Whether what an Event tells of an object may still be so: Events are about the past, and stay for an hour.
bool may_still_be(const Told& told, const ObservedObject& object, Component component,
                  const Observed& observed, const Unfinished& unfinished) {
    if (object.kind == kPersistentVolumeClaim) {
        return object.facts.value("pending", false);
    }
    if (object.kind == kPod) {
        return object.ailment && !object.facts.value("running", false);
    }
    // Between two pods of the database there is none for a moment, which is no news.
    const bool is_past = component == Component::database && told.at < unfinished.database_since;
    return !is_past && !has_pod(observed, component);
}

/// What an object of a component tells, or, when that is nothing that explains it, what Events tell of it.
std::optional<Ailment> ailment_of(const ObservedObject& object, Component component, const Observed& observed,
                                  const Unfinished& unfinished) {
    const bool is_unexplained = object.ailment && object.ailment->reason == reason::kPodNotReady;
    if (object.ailment && !is_unexplained) {
        return object.ailment;
    }
    const auto told = observed.told_by_events.find(object.uid);
    if (told != observed.told_by_events.end() &&
        may_still_be(told->second, object, component, observed, unfinished)) {
        return told->second.ailment;
    }
    if (is_workload(object.kind) && !has_pod(observed, component)) {
        return Ailment{.reason = reason::kNoPods,
                       .what = fmt::format("{} {}", object.kind.kind, object.key.name)};
    }
    return object.ailment;
}

/// The database comes before what waits for it.
int order_of(Component component) {
    return component == Component::database ? 0 : component == Component::migration ? 1 : 2;
}

auto place_of(const Finding& finding) {
    return std::tuple(!needs_person(finding.cause.reason), order_of(finding.component),
                      rank_of(finding.cause.reason), finding.cause.what);
}

}  // namespace

std::vector<Finding> diagnose(const kube::ObjectKey& instance, const Observed& observed,
                              const Unfinished& unfinished) {
    std::vector<Finding> findings;
    for (const ObservedObject& object : observed.objects) {
        const auto component = component_of(object);
        if (!component || !concerns(unfinished, object, *component) ||
            is_replaced(object, *component, observed)) {
            continue;
        }
        if (auto ailment = ailment_of(object, *component, observed, unfinished)) {
            findings.push_back({*component,
                                {.reason = std::move(ailment->reason),
                                 .what = std::move(ailment->what),
                                 .by = std::move(ailment->by),
                                 .words = std::move(ailment->words),
                                 .ns = instance.ns}});
        }
    }
    std::ranges::sort(findings, {}, [](const Finding& finding) { return place_of(finding); });
    const auto repeated = std::ranges::unique(findings, [](const Finding& one, const Finding& other) {
        return one.component == other.component && one.cause.reason == other.cause.reason;
    });
    findings.erase(repeated.begin(), repeated.end());
    return findings;
}

}  // namespace crm
