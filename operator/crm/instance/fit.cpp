#include "operator/crm/instance/fit.h"

#include "common/rfc3339.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/quantity.h"
#include "operator/crm/api/size.h"

#include <algorithm>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

Quantity quantity(const std::string& text) {
    return Quantity::parse(text).value_or(*Quantity::parse("0"));
}

bool is_more(const std::optional<std::string>& one, const std::optional<std::string>& other) {
    return quantity(other.value_or("")) < quantity(one.value_or(""));
}

/// Empty when it is to stay as large as it is, or when that is not known.
std::optional<Footprint> growth(const CrmInstance& instance) {
    const auto& running = instance.status.database.running;
    const Footprint wanted = database_footprint_to_run(instance);
    const bool grows = running && (is_more(wanted.requests.cpu, running->requests.cpu) ||
                                   is_more(wanted.requests.memory, running->requests.memory));
    return grows ? std::optional(wanted) : std::nullopt;
}

bool is_written(const Footprint& wanted, const CrmInstance& instance, const Observed& observed) {
    const auto workload = observed.rollout(kStatefulSet, database_name(instance.name()));
    return workload && workload->footprint == encode(wanted).dump();
}

bool takes_pods(const json& node) {
    return !node.value("spec", json::object()).value("unschedulable", false);
}

std::string allocatable(const json& node, const char* resource) {
    return node.value("status", json::object()).value("allocatable", json::object()).value(resource, "");
}

}  // namespace

bool is_about_to_grow(const CrmInstance& instance, const Observed& observed) {
    const auto wanted = growth(instance);
    return wanted && !is_written(*wanted, instance, observed);
}

std::string why_no_node_fits(const Footprint& wanted, const std::vector<json>& nodes) {
    std::string largest;
    for (const json& node : nodes) {
        if (!takes_pods(node)) {
            continue;
        }
        const std::string cpu = allocatable(node, "cpu");
        const std::string memory = allocatable(node, "memory");
        const bool known = !cpu.empty() && !memory.empty();
        if (!known || (!is_more(wanted.requests.cpu, cpu) && !is_more(wanted.requests.memory, memory))) {
            return {};
        }
        largest += fmt::format("{}{} CPU and {} of memory", largest.empty() ? "" : ", ", cpu, memory);
    }
    return largest.empty() ? std::string{} : fmt::format("the nodes have {}", largest);
}

std::optional<Stranded> stranded(const CrmInstance& instance, const Observed& observed,
                                 std::chrono::seconds patience, const std::string& now) {
    const auto wanted = growth(instance);
    const auto pod = observed.pod(database_pod_name(instance.name()));
    if (!wanted || !is_written(*wanted, instance, observed) || !pod || pod->unschedulable.empty()) {
        return std::nullopt;
    }
    const auto since = common::parse_rfc3339_seconds(pod->unschedulable_since);
    const auto at = common::parse_rfc3339_seconds(now);
    const std::chrono::seconds waited = since && at ? *at - *since : patience;
    return Stranded{.why = pod->unschedulable,
                    .left = std::clamp(patience - waited, std::chrono::seconds(0), patience)};
}

}  // namespace crm
