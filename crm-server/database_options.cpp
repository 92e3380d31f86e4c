#include "crm-server/database_options.h"

#include "crm-server/secret_file.h"

#include <charconv>
#include <string>

#include <fmt/format.h>

namespace {

constexpr std::string_view kHostCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";

/// Reads ":5433", or nothing; false when it is neither.
bool read_port(std::string_view text, std::uint16_t& port) {
    if (text.empty()) return true;
    if (text.front() != ':') return false;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + 1, end, port);
    return read.ec == std::errc() && read.ptr == end && port != 0;
}

bool read_host(std::string_view text, store::ConnectionSettings& settings) {
    const bool bracketed = text.starts_with('[');
    if (bracketed) text.remove_prefix(1);
    const std::string_view host = text.substr(0, text.find(bracketed ? ']' : ':'));
    text.remove_prefix(host.size());
    if (bracketed && !text.starts_with(']')) return false;
    if (bracketed) text.remove_prefix(1);
    if (host.empty() || host.find_first_not_of(kHostCharacters) != std::string_view::npos) return false;
    settings.host = host;
    return read_port(text, settings.port);
}

}  // namespace

Result<store::ConnectionSettings> read_database_options(std::string_view host,
                                                        const std::filesystem::path& folder) {
    store::ConnectionSettings settings;
    if (!read_host(host, settings))
        return fail(ErrorKind::invalid,
                    fmt::format("'{}' is not HOST or HOST:PORT, as in acme-database:5432 or [::1].", host));
    const auto read = [&](const char* file, std::string& value) -> Result<void> {
        Result<std::string> text = read_secret_file(folder / file);
        if (!text) return tl::unexpected(std::move(text.error()));
        value = *std::move(text);
        return {};
    };
    if (auto done = read("username", settings.username); !done) return tl::unexpected(done.error());
    if (auto done = read("password", settings.password); !done) return tl::unexpected(done.error());
    if (auto done = read("database", settings.database); !done) return tl::unexpected(done.error());
    return settings;
}
