#include "operator/crm/observed/refusal.h"

#include "operator/crm/api/reasons.h"

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

}  // namespace crm
