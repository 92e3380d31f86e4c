#include "operator/crm/report/events.h"

#include "common/text.h"
#include "operator/crm/api/kinds.h"
#include "operator/crm/api/reasons.h"
#include "operator/crm/report/causes.h"
#include "operator/crm/report/problem.h"
#include "operator/kube/field_ownership.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

struct Occurrence {
    const char* type;  // "Normal" or "Warning"
    std::string reason;
    std::string message;
};

bool is(const Status& status, std::string_view type, Truth truth) {
    const Condition* found = status.find(type);
    return found != nullptr && found->status == truth;
}

/// The reason and message of an existing condition.
const Condition& of(const Status& status, std::string_view type) {
    static const Condition kNone;
    const Condition* found = status.find(type);
    return found != nullptr ? *found : kNone;
}

using Rule = std::optional<Occurrence> (*)(const Status& before, const Status& after);

std::optional<Occurrence> started(const Status& before, const Status&) {
    if (before.find(condition::kReady) != nullptr) {
        return std::nullopt;
    }
    return Occurrence{"Normal", "Provisioning", "Creating the database and the server"};
}

/// What is in the way, once for each cause and spec; the conditions tell its latest words.
std::optional<Occurrence> in_the_way(const Status& before, const Status& after) {
    const Condition& now = of(after, condition::kReady);
    const Condition& then = of(before, condition::kReady);
    const bool same = now.reason == then.reason && (now.observed_generation == then.observed_generation ||
                                                    common::same_but_for_noise(now.message, then.message));
    if (same || find_cause(now.reason) == nullptr) {
        return std::nullopt;
    }
    return Occurrence{"Warning", now.reason, now.message};
}

std::optional<Occurrence> became_ready(const Status& before, const Status& after) {
    if (is(before, condition::kReady, Truth::yes) || !is(after, condition::kReady, Truth::yes)) {
        return std::nullopt;
    }
    return Occurrence{"Normal", "Ready", of(after, condition::kReady).message};
}

std::optional<Occurrence> became_unavailable(const Status& before, const Status& after) {
    if (!is(before, condition::kAvailable, Truth::yes) || is(after, condition::kAvailable, Truth::yes)) {
        return std::nullopt;
    }
    const Condition& now = of(after, condition::kAvailable);
    if (now.reason == reason::kScaledToZero) {
        return Occurrence{"Normal", now.reason, now.message};
    }
    if (find_cause(of(after, condition::kReady).reason) != nullptr) {
        return std::nullopt;  // in_the_way() says why
    }
    return Occurrence{"Warning", "Unavailable", now.message};
}

/// Also when the new one was migrated before anybody could be told of it.
std::optional<Occurrence> volume_replaced(const Status& before, const Status& after) {
    const std::string& former = before.schema.claim_uid;
    const std::string& present = after.schema.claim_uid;
    if (former.empty() || present.empty() || former == present ||
        of(before, condition::kReady).reason == reason::kVolumeReplaced) {
        return std::nullopt;
    }
    return Occurrence{
        "Warning", reason::kVolumeReplaced,
        "The volume of the database is another one, without the data of the one before. Its schema "
        "was made. To go back to the data, restore the volume."};
}

std::optional<Occurrence> version_changed(const Status& before, const Status& after) {
    if (before.running_version.empty() || before.running_version == after.running_version) {
        return std::nullopt;
    }
    return Occurrence{
        "Normal", "VersionChanged",
        fmt::format("The server went from {} to {}", before.running_version, after.running_version)};
}

constexpr std::array<Rule, 6> kRules{started,         in_the_way,     became_ready, became_unavailable,
                                     volume_replaced, version_changed};

json event(const Identity& identity, const Status& before, Occurrence occurrence, const std::string& now) {
    // The status before holds the times of all transitions so far: the same event cannot come from another.
    const json transition =
        json::array({identity.uid, encode(before), occurrence.reason, occurrence.message});
    return json::object(
        {{"apiVersion", kEvent.api_version()},
         {"kind", kEvent.kind},
         {"metadata",
          json::object({{"name", fmt::format("{}.{:016x}", identity.key.name, kube::digest(transition))},
                        {"namespace", identity.key.ns}})},
         {"involvedObject", json::object({{"apiVersion", kCrmInstance.api_version()},
                                          {"kind", kCrmInstance.kind},
                                          {"name", identity.key.name},
                                          {"namespace", identity.key.ns},
                                          {"uid", identity.uid}})},
         {"type", occurrence.type},
         {"reason", std::move(occurrence.reason)},
         {"message", common::one_line(occurrence.message, kMessageLimit)},
         {"source", json::object({{"component", "crm-operator"}})},
         {"firstTimestamp", now},
         {"lastTimestamp", now},
         {"count", 1}});
}

}  // namespace

std::vector<json> events(const Identity& identity, const Status& before, const Status& after,
                         const std::string& now) {
    std::vector<json> result;
    for (const Rule rule : kRules) {
        if (auto occurrence = rule(before, after)) {
            result.push_back(event(identity, before, std::move(*occurrence), now));
        }
    }
    return result;
}

}  // namespace crm
