#include "common/rfc3339.h"

#include <ctime>

#include <fmt/chrono.h>

namespace common {
namespace {

using std::chrono::system_clock;

std::string date_and_time(std::chrono::sys_seconds seconds) {
    return fmt::format("{:%FT%T}", fmt::gmtime(system_clock::to_time_t(seconds)));
}

}  // namespace

std::string rfc3339_seconds(system_clock::time_point time) {
    return date_and_time(std::chrono::floor<std::chrono::seconds>(time)) + "Z";
}

std::string rfc3339_millis(system_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - seconds);
    return fmt::format("{}.{:03}Z", date_and_time(seconds), millis.count());
}

std::optional<std::chrono::sys_seconds> parse_rfc3339_seconds(const std::string& text) {
    std::tm parts{};
    const char* const end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

}  // namespace common
