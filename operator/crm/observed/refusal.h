// Who refused an object, by the words of the API server: the only place where it tells. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

struct Refusal {
    const char* reason = nullptr;  // see reason::
    std::string by = {};           // the name of the webhook, policy or quota; empty when it has none

    bool operator==(const Refusal&) const = default;
};

/// Nothing for words that are not known. The code of the answer is not asked: a webhook chooses it freely.
std::optional<Refusal> refusal_of(std::string_view words);

/// A resource of which a quota has too little left, with amounts as quotas write them.
struct Shortage {
    std::string resource;  // "pods", "requests.memory"
    std::string requested;
    std::string used;
    std::string limited;

    bool operator==(const Shortage&) const = default;
};

/// What a quota that was exceeded has too little of; empty when it is not about one.
std::vector<Shortage> shortages_of(std::string_view words);

/// Whether a webhook is in the way of a dry run, and of nothing else: its answer has effects.
bool refuses_dry_runs(std::string_view words);

}  // namespace crm
