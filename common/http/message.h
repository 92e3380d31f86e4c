// Plain HTTP request and response values: what handlers see. No socket, no library.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/task.h"

namespace common::http {

struct Request {
    std::string method;  // upper case: "GET"
    std::string path;    // as sent, still percent-encoded, without the query: "/api/v1/contacts"
    std::string query;   // as sent, without the '?'
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
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// Answers one request. Runs on the server's io_context; must not block. An exception that leaves it is
/// logged and answered with 500.
using Handler = std::function<Task<Response>(Request)>;

/// The reason phrase of a status: "Not Found".
std::string_view reason_phrase(int status);

}  // namespace common::http
