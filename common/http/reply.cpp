#include "common/http/reply.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/chrono.h>

namespace common::http {
namespace {

constexpr std::array<std::string_view, 6> kSetByServer{"Content-Type", "Content-Length", "Transfer-Encoding",
                                                       "Connection",   "Date",           "X-Request-Id"};

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_set_by_server(std::string_view name) {
    return std::ranges::any_of(kSetByServer,
                               [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

bool status_has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

bool is_sendable(const Response& response) {
    return response.status >= 200 && response.status <= 599 && is_one_line(response.content_type) &&
           std::ranges::all_of(response.headers, [](const auto& field) {
               return !field.first.empty() && is_one_line(field.first) && is_one_line(field.second) &&
                      !is_set_by_server(field.first);
           });
}

bool has_body(std::string_view method, int status) {
    return method != "HEAD" && status_has_body(status);
}

void write_head(std::string& head, const Response& response, const ReplyContext& context) {
    head.assign("HTTP/1.1 ");
    append_number(head, static_cast<std::size_t>(response.status));
    head.append(" ").append(reason_phrase(response.status)).append("\r\n");
    append_field(head, "Date", context.date);
    append_field(head, "X-Request-Id", context.request_id);
    if (status_has_body(response.status)) {
        if (!response.content_type.empty()) append_field(head, "Content-Type", response.content_type);
        head.append("Content-Length: ");
        append_number(head, response.body.size());
        head.append("\r\n");
    }
    for (const auto& [name, value] : response.headers) append_field(head, name, value);
    if (!context.keep_alive) {
        append_field(head, "Connection", "close");
    } else if (context.version < 11) {
        append_field(head, "Connection", "keep-alive");
    }
    head.append("\r\n");
}

std::string_view HttpDate::at(std::chrono::system_clock::time_point now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != second_ || text_.empty()) {
        second_ = second;
        text_ =
            fmt::format("{:%a, %d %b %Y %T} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    }
    return text_;
}

}  // namespace common::http
