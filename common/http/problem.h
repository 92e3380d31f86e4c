// Problem details for HTTP APIs (RFC 9457): the body of every error reply.
#pragma once

#include "common/http/message.h"

#include <string>
#include <vector>

namespace common::http {

/// What is wrong with one field of the request's body; pointer is a JSON pointer (RFC 6901): "/email".
struct FieldError {
    std::string pointer;
    std::string detail;

    bool operator==(const FieldError&) const = default;
};

struct Problem {
    int status = 500;
    std::string title = {};   // empty: the reason phrase of the status
    std::string detail = {};  // for people; holds no secret and nothing about the inside of the program
    std::string request_id = {};
    std::string type = "about:blank";
    std::string instance = {};
    std::vector<FieldError> errors = {};
};

/// The reply: status, content type application/problem+json, and the body. Empty members are left out, and a
/// detail of more than 1,024 bytes is cut. How many errors there are is for whoever finds them to bound.
///
///   return problem({.status = 404, .detail = "There is no contact of that id.", .request_id = request.id});
Response problem(const Problem& what);

}  // namespace common::http
