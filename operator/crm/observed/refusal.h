// Who refused an object, by the words of the API server: the only place where it tells. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crm {

struct Refusal {
    const char* reason = nullptr;  // see reason::
    std::string by = {};           // the name of the webhook, policy or quota; empty when it has none

    bool operator==(const Refusal&) const = default;
};

/// Nothing for words that are not known. The code of the answer is not asked: a webhook chooses it freely.
std::optional<Refusal> refusal_of(std::string_view words);

}  // namespace crm
