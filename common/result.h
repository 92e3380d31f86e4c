// Result<T>: what a function returns when it can fail for reasons outside the program.
//
// The kind of an Error decides what callers do with it (retry, HTTP status, condition reason); the message
// is for people and holds no secret. Broken invariants abort instead.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

enum class ErrorKind {
    invalid,       // the input breaks a rule; the same input will fail again
    unauthorized,  // nobody known
    forbidden,     // known, but not allowed
    not_found,
    conflict,     // somebody else changed or owns it
    expired,      // a resume point is too old (HTTP 410): start again from the beginning
    throttled,    // the other side asks for patience
    unavailable,  // it may work later: connection refused, 5xx, connection lost
    timeout,
    cancelled,  // this side asked to stop
    internal,   // a bug or a broken peer
};

/// The name of a kind, as in logs and metrics: "not_found".
std::string_view name_of(ErrorKind kind);

struct [[nodiscard]] Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
    /// How long the other side asked to wait (HTTP Retry-After).
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt;

    bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// fail(ErrorKind::invalid, "...") converts to a Result<T> of any T.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
    return tl::unexpected<Error>(Error{kind, std::move(message)});
}
