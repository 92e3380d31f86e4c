// Structured logging: one JSON object a line on standard error.
//
//   common::log::info("Applied object", {{"kind", "Service"}, {"name", name}});
//
// Fields are explicit at each call; there is no hidden context. Never pass a secret. Any thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace common::log {

using Value = std::variant<std::string_view, std::int64_t, double, bool>;

struct Field {
    std::string_view key;
    Value value;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
    Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
    Field(std::string_view k, bool v) : key(k), value(v) {}
    Field(std::string_view k, double v) : key(k), value(v) {}
    template <std::integral T>
    Field(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

enum class Level { debug, info, warning, error };

/// Sets up the process' logger. Call once, first thing in main.
void start(Level level);

/// Parses "debug", "info", "warning" or "error"; false when it is none of them.
bool parse(std::string_view text, Level& level);

void write(Level level, std::string_view message, Fields fields);

/// The text of one entry, without the newline: {"time":…,"level":…,"message":…, fields…}. Each key is there
/// once: a field that repeats one gets underscores behind its name. Pure; write() prints it.
std::string line(std::chrono::system_clock::time_point time, Level level, std::string_view message,
                 Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void warning(std::string_view message, Fields fields = {}) {
    write(Level::warning, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}

}  // namespace common::log
