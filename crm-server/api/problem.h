// What a handler answers when it cannot do as asked. Every error of the API is one of these, and becomes a
// reply (RFC 9457) in one place: problem_response().
#pragma once

#include "common/http/message.h"
#include "common/result.h"
#include "crm-server/record/repository.h"
#include "crm-server/record/validation.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace api {

struct Problem {
    int status = 500;
    std::string detail = {};  // for the client
    record::Violations violations = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    /// What went wrong inside, for the log: never sent.
    std::string cause = {};
};

using Reply = tl::expected<common::http::Response, Problem>;

/// The status that the kind asks for; a 401 still lacks its challenge, see authentication.h. What only an
/// operator of the server may know stays in `cause`.
Problem problem_of(const Error& error);

/// 412 for a version that did not match, 400 with pointers for violations, else as the Error says.
Problem problem_of(const record::WriteError& error);

/// 400 with a pointer for each broken rule.
Problem problem_of(record::Violations violations);

/// `refuse(412, "…")` converts to a Reply.
tl::unexpected<Problem> refuse(int status, std::string detail);

template <class E>
tl::unexpected<Problem> refuse(E&& error) {
    return tl::unexpected(problem_of(std::forward<E>(error)));
}

common::http::Response problem_response(const Problem& problem, const common::http::Request& request);

}  // namespace api
