#include "operator/crm/observed/refusal.h"

#include "operator/crm/api/reasons.h"

#include <algorithm>

namespace crm {
namespace {

/// The words of one who refuses: what stands before his name, and after it.
struct Pattern {
    std::string_view before;
    std::string_view after;  // empty: he is not named, and `before` is all there is
    const char* reason;
};

// The first that fits counts: a webhook or policy may quote the words of another.
constexpr Pattern kPatterns[] = {
    {"failed calling webhook \"", "\"", reason::kWebhookUnavailable},
    {"admission webhook \"", "\" denied the request", reason::kWebhookDenied},
    {"ValidatingAdmissionPolicy '", "' ", reason::kPolicyDenied},
    {"policy '", "' with binding '", reason::kPolicyDenied},
    {"policy \"", "\" denied request", reason::kPolicyDenied},
    {"exceeded quota: ", ",", reason::kQuotaExceeded},
    {"failed quota: ", ":", reason::kQuotaExceeded},
    {"insufficient quota to ", "", reason::kQuotaExceeded},
    {" usage per ", "", reason::kLimitRangeViolated},
    {" max limit to request ratio per ", "", reason::kLimitRangeViolated},
    {"violates PodSecurity \"", "\"", reason::kPodSecurityViolated},
    {"because it is being terminated", "", reason::kNamespaceTerminating},
    {"\" cannot ", " resource \"", reason::kForbidden},
    {"cannot set blockOwnerDeletion", "", reason::kForbidden},
};

/// What stands between two texts; from the first one to the end, when the second is not there.
std::string_view between(std::string_view words, std::string_view before, std::string_view after) {
    const std::size_t begin = words.find(before);
    if (begin == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = words.substr(begin + before.size());
    return rest.substr(0, rest.find(after));
}

/// Of a resource in "pods=1,requests.memory=1Gi".
std::string amount_of(std::string_view amounts, const std::string& resource) {
    const std::string list = "," + std::string(amounts);
    return std::string(between(list, "," + resource + "=", ","));
}

}  // namespace

std::optional<Refusal> refusal_of(std::string_view words) {
    const Pattern* first = nullptr;
    std::size_t at = words.size();
    Refusal result;
    for (const Pattern& pattern : kPatterns) {
        const std::size_t found = words.find(pattern.before);
        if (found >= at) continue;
        const std::string_view rest = words.substr(found + pattern.before.size());
        const std::size_t end = pattern.after.empty() ? 0 : rest.find(pattern.after);
        if (end == std::string_view::npos) continue;
        first = &pattern;
        at = found;
        result = {.reason = first->reason, .by = std::string(rest.substr(0, end))};
    }
    return first != nullptr ? std::optional(result) : std::nullopt;
}

std::vector<Shortage> shortages_of(std::string_view words) {
    std::vector<Shortage> result;
    const auto refusal = refusal_of(words);
    if (!refusal || std::string_view(refusal->reason) != reason::kQuotaExceeded) {
        return result;
    }
    const std::string_view exceeded = between(words, "exceeded quota: ", "\n");
    std::string_view requested = between(exceeded, ", requested: ", ", ");
    const std::string_view used = between(exceeded, ", used: ", ", ");
    const std::string_view limited = between(exceeded, ", limited: ", ", ");
    while (!requested.empty()) {
        const std::string_view one = requested.substr(0, requested.find(','));
        requested.remove_prefix(std::min(requested.size(), one.size() + 1));
        const std::string resource(one.substr(0, one.find('=')));
        result.push_back({.resource = resource,
                          .requested = amount_of(one, resource),
                          .used = amount_of(used, resource),
                          .limited = amount_of(limited, resource)});
    }
    return result;
}

bool refuses_dry_runs(std::string_view words) {
    return words.starts_with("admission webhook \"") && words.ends_with("\" does not support dry run");
}

}  // namespace crm
