#include "operator/crm/report/problem.h"

#include "operator/crm/observed/refusal.h"
#include "operator/crm/report/causes.h"

#include <cstdlib>

namespace crm {
namespace {

/// By what the answer says; only words that nobody knows are judged by its code.
std::optional<Refusal> refusal(const Error& error) {
    if (auto known = refusal_of(error.message)) {
        return known;
    }
    switch (error.kind) {
        case ErrorKind::conflict:
            return Refusal{reason::kObjectConflict};
        case ErrorKind::invalid:
        case ErrorKind::forbidden:
            return Refusal{reason::kObjectRejected};
        case ErrorKind::unauthorized:
        case ErrorKind::not_found:
        case ErrorKind::expired:
        case ErrorKind::throttled:
        case ErrorKind::unavailable:
        case ErrorKind::timeout:
        case ErrorKind::cancelled:
        case ErrorKind::internal:
            return std::nullopt;
    }
    std::abort();
}

}  // namespace

std::optional<Problem> problem_of(std::string_view object, const Error& error) {
    const auto refused = refusal(error);
    if (!refused) {
        return std::nullopt;
    }
    return Problem{refused->reason, explain({.reason = refused->reason,
                                             .what = std::string(object),
                                             .by = refused->by,
                                             .words = error.message})};
}

}  // namespace crm
