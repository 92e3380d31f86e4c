// A response as bytes: status line and header fields. Pure.
#pragma once

#include "common/http/message.h"

#include <chrono>
#include <string>
#include <string_view>

namespace common::http {

/// What the connection adds to a response.
struct ReplyContext {
    unsigned version = 11;  // of the request: 10 or 11
    bool keep_alive = true;
    std::string_view date;  // of now, see HttpDate
    std::string_view request_id;
};

/// Whether a response can be sent as it is: no line breaks that would forge header fields, and none of the
/// fields that the server sets itself.
bool is_sendable(const Response& response);

/// Whether a response to that method carries its body (RFC 9110, section 6.4.1).
bool has_body(std::string_view method, int status);

/// Writes the header of a sendable response into head, replacing what was there.
void write_head(std::string& head, const Response& response, const ReplyContext& context);

/// The value of the Date header, made once a second.
class HttpDate {
  public:
    std::string_view at(std::chrono::system_clock::time_point now);

  private:
    std::chrono::sys_seconds second_{};
    std::string text_;
};

}  // namespace common::http
