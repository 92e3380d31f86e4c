// The rules of HTTP/1.1 (RFC 9110, RFC 9112) that a request must keep before a handler sees it, where the
// parser alone is too lenient: above all those against request smuggling. Pure.
#pragma once

#include "common/http/message.h"

#include <cstddef>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

namespace common::http {

/// Why a request is not served: the status of the reply and a detail for its body.
struct Refusal {
    int status = 400;
    std::string_view detail;  // a literal

    bool operator==(const Refusal&) const = default;
};

/// The length of the header that received begins with, request line and final empty line included; 0 when
/// its end has not arrived yet. Refuses what can be seen to be no header: bare line feeds, folded lines,
/// something other than HTTP, or more than limit bytes.
tl::expected<std::size_t, Refusal> header_length(std::string_view received, std::size_t limit);

/// Whether a line feed in text does not follow a carriage return. The parser waits for more after such a
/// chunk header, and so until the time-out; other hops take it for a whole line.
bool has_bare_line_feed(std::string_view text);

struct Target {
    std::string_view path;
    std::string_view query;

    bool operator==(const Target&) const = default;
};

/// Splits a request target: "/path?query", "http://authority/path?query", or, with OPTIONS, "*" and its other
/// form, "http://authority".
tl::expected<Target, Refusal> split_target(std::string_view method, std::string_view target);

/// Checks the fields that decide where the message ends and whom it is for: Host, Content-Length,
/// Transfer-Encoding, Expect. Version is 10 or 11.
std::optional<Refusal> check_framing(unsigned version, const Request& request);

/// Whether the client waits for "100 Continue" before it sends the body.
bool expects_continue(unsigned version, const Request& request);

}  // namespace common::http
