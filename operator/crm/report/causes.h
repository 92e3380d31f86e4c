// The causes: everything that can be in the way of an instance, a row each. To know of one more: a reason, a
// row, what recognises it (observed/), and a line in docs/reasons.md. A test compares that page with the
// table.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace crm {

struct CauseRow {
    const char* reason;  // see reason::
    /// Nothing but a person makes it go; what does not need one passes by itself.
    bool needs_person;
    /// How long it must last before it is told, since a moment of it is normal.
    std::chrono::seconds patience;
    /// What is the case and what to do: {what} is concerned, {by} whom, in whose {words}, in which {ns}.
    const char* message;
};

/// What matters more comes first.
std::span<const CauseRow> cause_rows();
/// Null for a reason that is no cause, but a phase of an instance's life.
const CauseRow* find_cause(std::string_view reason);

/// What matters more has a lower one: what a person must put right, then what the table has first.
std::size_t rank_of(std::string_view reason);
/// Also of a reason that is no row.
bool needs_person(std::string_view reason);

/// One case of a cause.
struct Cause {
    std::string reason;
    std::string what = {};   // "Deployment acme-server"
    std::string by = {};     // the name of a webhook, policy, quota …; may be empty
    std::string words = {};  // of the API server, a registry, a program: as they came
    std::string ns = {};

    bool operator==(const Cause&) const = default;
};

/// The message, one line of at most kMessageLimit bytes.
std::string explain(const Cause& cause);

}  // namespace crm
