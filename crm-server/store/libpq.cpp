#include "crm-server/store/libpq.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace store {

Rows::Rows(pg_result* result) : result_(result) {}

void Rows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

std::size_t Rows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
    const int r = static_cast<int>(row);
    const int c = static_cast<int>(column);
    return {PQgetvalue(result_.get(), r, c), static_cast<std::size_t>(PQgetlength(result_.get(), r, c))};
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
    return PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::optional<std::string> Rows::value(std::size_t row, std::size_t column) const {
    if (is_null(row, column)) return std::nullopt;
    return std::string(text(row, column));
}

namespace libpq {
namespace {

// The classes of PostgreSQL's appendix A, "PostgreSQL Error Codes".
ErrorKind kind_of(std::string_view sqlstate) {
    const std::string_view category = sqlstate.substr(0, 2);
    if (sqlstate == "23505") return ErrorKind::conflict;
    if (category == "22" || category == "23") return ErrorKind::invalid;
    if (sqlstate == "40001" || sqlstate == "40P01") return ErrorKind::throttled;
    if (sqlstate == "57014") return ErrorKind::timeout;
    if (category == "08" || category == "53" || sqlstate.substr(0, 4) == "57P0" || sqlstate == "55P03")
        return ErrorKind::unavailable;
    return ErrorKind::internal;
}

std::string_view field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

SqlError error_of(const PGresult* result) {
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    SqlError error;
    if (sqlstate.empty()) {
        error.kind = ErrorKind::unavailable;
        error.message = first_line(PQresultErrorMessage(result));
        return error;
    }
    error.kind = kind_of(sqlstate);
    error.message = fmt::format("{} (SQLSTATE {})", field(result, PG_DIAG_MESSAGE_PRIMARY), sqlstate);
    error.sqlstate = sqlstate;
    error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    return error;
}

SqlError lost(const PGconn* connection) {
    SqlError error;
    error.kind = ErrorKind::unavailable;
    error.message = first_line(PQerrorMessage(connection));
    return error;
}

SessionParameters::SessionParameters(const ConnectionSettings& settings,
                                     std::chrono::milliseconds statement_timeout) {
    set("host", settings.host);
    set("port", std::to_string(settings.port));
    set("dbname", settings.database);
    set("user", settings.username);
    set("password", settings.password);
    set("application_name", "crm-server");
    set("client_encoding", "UTF8");
    set("gssencmode", "disable");
    // A peer that vanished without a word is noticed in seconds and not in the kernel's two hours.
    set("keepalives_idle", "10");
    set("keepalives_interval", "5");
    set("keepalives_count", "3");
    set("tcp_user_timeout", "15000");
    // Times must have one text form. Every statement here finds its rows by a key, so a plan made once is as
    // good as one made for the values, and planning is what would cost most.
    set("options", fmt::format("-c TimeZone=UTC -c DateStyle=ISO -c statement_timeout={} "
                               "-c plan_cache_mode=force_generic_plan",
                               statement_timeout.count()));
}

void SessionParameters::set(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
}

const char* const* SessionParameters::keywords() {
    if (keywords_.back() != nullptr) keywords_.push_back(nullptr);
    return keywords_.data();
}

const char* const* SessionParameters::values() {
    value_pointers_.clear();
    for (const std::string& value : values_) value_pointers_.push_back(value.c_str());
    value_pointers_.push_back(nullptr);
    return value_pointers_.data();
}

}  // namespace libpq
}  // namespace store
