#include "common/log.h"

#include "common/json_text.h"
#include "common/rfc3339.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace common::log {
namespace {

struct LevelName {
    Level level;
    std::string_view name;
    spdlog::level::level_enum spdlog_level;
};
constexpr std::array kLevels{
    LevelName{Level::debug, "debug", spdlog::level::debug},
    LevelName{Level::info, "info", spdlog::level::info},
    LevelName{Level::warning, "warning", spdlog::level::warn},
    LevelName{Level::error, "error", spdlog::level::err},
};

const LevelName& entry(Level level) {
    return kLevels[static_cast<std::size_t>(level)];
}

/// spdlog only filters by level and writes whole lines; the text is ours.
spdlog::logger& logger() {
    static spdlog::logger instance = [] {
        spdlog::logger made("crm", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made.set_pattern("%v");
        return made;
    }();
    return instance;
}

void append_value(std::string& out, const Value& value) {
    struct Appender {
        std::string& out;
        void operator()(std::string_view v) const { append_json_string(out, v); }
        void operator()(std::int64_t v) const { out += fmt::format("{}", v); }
        void operator()(double v) const { out += std::isfinite(v) ? fmt::format("{}", v) : "null"; }
        void operator()(bool v) const { out += v ? "true" : "false"; }
    };
    std::visit(Appender{out}, value);
}

/// Parsers of JSON keep one of two members of the same name, or refuse both.
std::string unused(std::string_view key, const std::vector<std::string>& used) {
    std::string name(key);
    while (std::find(used.begin(), used.end(), name) != used.end()) name += '_';
    return name;
}

}  // namespace

void start(Level level) {
    logger().set_level(entry(level).spdlog_level);
}

bool parse(std::string_view text, Level& level) {
    for (const LevelName& known : kLevels) {
        if (known.name != text) continue;
        level = known.level;
        return true;
    }
    return false;
}

void write(Level level, std::string_view message, Fields fields) {
    const auto spdlog_level = entry(level).spdlog_level;
    if (!logger().should_log(spdlog_level)) return;
    const std::string text = line(std::chrono::system_clock::now(), level, message, fields);
    logger().log(spdlog_level, spdlog::string_view_t(text.data(), text.size()));
}

std::string line(std::chrono::system_clock::time_point time, Level level, std::string_view message,
                 Fields fields) {
    std::string out = R"({"time":")" + rfc3339_millis(time) + R"(","level":")";
    out.append(entry(level).name);
    out += R"(","message":)";
    append_json_string(out, message);
    std::vector<std::string> used{"time", "level", "message"};
    for (const Field& field : fields) {
        out += ',';
        append_json_string(out, used.emplace_back(unused(field.key, used)));
        out += ':';
        append_value(out, field.value);
    }
    out += '}';
    return out;
}

}  // namespace common::log
