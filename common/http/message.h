// Plain HTTP request and response values: what handlers see. No socket, no library.
#pragma once

#include "common/task.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace common::http {

struct Request {
    std::string
        method;  // as sent, case matters: "GET". The body of a reply to "HEAD" is dropped by the server.
    std::string
        path;  // as sent, still percent-encoded, without the query: "/api/v1/contacts"; "*" for OPTIONS
    std::string query;  // as sent, without the '?'
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// Identifies the request in logs and in the X-Request-Id header of the reply.
    std::string id;
    std::string remote_address;

    /// The first header of that name, compared without case; nullopt when there is none.
    std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    /// Without what the server sets itself: Content-Type, Content-Length, Connection, Date, X-Request-Id.
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
};

/// Answers one request, which stays alive until the task is done: a handler that wraps another one passes the
/// reference on, not a copy. Runs on the server's io_context; must not
/// block. An exception that leaves it is logged and answered with 500.
using Handler = std::function<Task<Response>(const Request&)>;

/// A character of a token, such as the name of a method or a field (RFC 9110, section 5.6.2).
bool is_token_char(char c);

/// Of an ASCII letter; anything else stays as it is.
char lower_case(char c);

/// Whether RFC 9110 or RFC 5789 defines the method. Their names are case-sensitive: "get" is none of them.
/// What is asked for by another one is answered with 501 by a server that has not given it a meaning.
bool is_standard_method(std::string_view method);

/// Compares as names of HTTP fields do: ASCII letters without their case.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// The reason phrase of a status: "Not Found".
std::string_view reason_phrase(int status);

}  // namespace common::http
