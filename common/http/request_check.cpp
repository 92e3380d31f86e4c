#include "common/http/request_check.h"

#include <algorithm>

namespace common::http {
namespace {

tl::unexpected<Refusal> refuse(int status, std::string_view detail) {
    return tl::unexpected<Refusal>(Refusal{status, detail});
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_visible_ascii(char c) {
    return c > 0x20 && c < 0x7F;
}

struct Occurrences {
    std::size_t count = 0;
    std::string_view value;  // of the last one
};

Occurrences occurrences(const Request& request, std::string_view name) {
    Occurrences found;
    for (const auto& [key, value] : request.headers) {
        if (!equals_ignoring_case(key, name)) continue;
        ++found.count;
        found.value = value;
    }
    return found;
}

}  // namespace

tl::expected<std::size_t, Refusal> header_length(std::string_view received, std::size_t limit) {
    const std::string_view window = received.substr(0, limit);
    if (!window.empty() && !is_token_char(window.front())) return refuse(400, "This is not an HTTP request.");
    for (std::size_t at = window.find('\n'); at != std::string_view::npos; at = window.find('\n', at + 1)) {
        if (at == 0 || window[at - 1] != '\r')
            return refuse(400, "A line of the header does not end in CR LF.");
        const std::string_view rest = window.substr(at + 1);
        if (rest.starts_with("\r\n")) return at + 3;
        if (rest.starts_with(' ') || rest.starts_with('\t')) {
            return refuse(400, "A line of the header begins with white space.");
        }
    }
    if (received.size() >= limit) return refuse(431, "The header of the request is too large.");
    return std::size_t{0};
}

bool has_bare_line_feed(std::string_view text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (at == 0 || text[at - 1] != '\r') return true;
    }
    return false;
}

tl::expected<Target, Refusal> split_target(std::string_view method, std::string_view target) {
    if (!std::ranges::all_of(target, is_visible_ascii) || target.find('#') != std::string_view::npos) {
        return refuse(400, "The request target holds a character that must be percent-encoded.");
    }
    if (target == "*" && method == "OPTIONS") return Target{target, {}};
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const std::size_t authority = std::min(target.find_first_of("/?"), target.size());
        if (authority == 0) return refuse(400, "The request target has no host.");
        target.remove_prefix(authority);
        // RFC 9112, section 3.2.4: OPTIONS without a path asks about the server, as a proxy passes it on.
        if (target.empty()) return Target{method == "OPTIONS" ? "*" : "/", {}};
        if (target.front() == '?') return Target{"/", target.substr(1)};
        break;
    }
    if (!target.starts_with('/')) return refuse(400, "The request target is not a path.");
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return Target{target, {}};
    return Target{target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<Refusal> check_framing(unsigned version, const Request& request) {
    const Occurrences host = occurrences(request, "Host");
    if (host.count > 1 || (version >= 11 && host.count == 0)) {
        return Refusal{400, "A request has exactly one Host header."};
    }
    const Occurrences encoding = occurrences(request, "Transfer-Encoding");
    const Occurrences length = occurrences(request, "Content-Length");
    if (encoding.count > 0) {
        if (version < 11) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding."};
        if (length.count > 0) return Refusal{400, "Content-Length and Transfer-Encoding exclude each other."};
        if (encoding.count > 1 || !equals_ignoring_case(encoding.value, "chunked")) {
            return Refusal{501, "The only transfer coding served is 'chunked'."};
        }
    }
    if (length.count > 1) return Refusal{400, "Content-Length is given more than once."};
    if (length.count == 1 && (length.value.empty() || !std::ranges::all_of(length.value, is_digit))) {
        return Refusal{400, "Content-Length is not a number."};
    }
    const Occurrences expect = occurrences(request, "Expect");
    if (version >= 11 && expect.count > 0 &&
        (expect.count > 1 || !equals_ignoring_case(expect.value, "100-continue"))) {
        return Refusal{417, "The only expectation served is '100-continue'."};
    }
    return std::nullopt;
}

bool expects_continue(unsigned version, const Request& request) {
    return version >= 11 && request.header("Expect").has_value();
}

}  // namespace common::http
