#include "common/http/request_id.h"

#include <algorithm>

#include <fmt/format.h>

namespace common::http {
namespace {

constexpr std::size_t kLongest = 128;

bool is_id_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_.:+/=").find(c) != std::string_view::npos;
}

}  // namespace

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, is_id_char);
}

std::string RequestIds::id_of(const Request& request) {
    const auto given = request.header("X-Request-Id");
    if (given && is_request_id(*given)) return std::string(*given);
    return fmt::format("{:016x}{:016x}", random_(), random_());
}

}  // namespace common::http
