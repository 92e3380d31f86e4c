// What is in the way of an instance, in words for the people who can help.
#pragma once

#include "common/result.h"
#include "operator/crm/api/reasons.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crm {

struct Problem {
    std::string reason;  // see reason::
    std::string message;

    bool operator==(const Problem&) const = default;
};

/// The bytes that a message of a condition or an Event may have: the API server takes no more of an Event.
inline constexpr std::size_t kMessageLimit = 1024;

/// What a refused write of an object ("Deployment acme-server") means; nothing when trying again helps.
std::optional<Problem> problem_of(std::string_view object, const Error& error);

}  // namespace crm
