#include "crm-server/store/migrations.h"

#include "common/log.h"
#include "common/sha256.h"
#include "crm-server/store/libpq.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace store {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{250};
constexpr std::chrono::milliseconds kLockPause{100};
// Any number that nothing else in the database uses.
constexpr std::int64_t kLock = 0x63726d5f6d696772;  // "crm_migr"

const Statement kNewest{"schema_version", "select coalesce(max(version), 0) from schema_migrations"};

struct Applied {
    std::int64_t version;
    std::string name;
    std::string checksum;
};

// A blocking session: migrations are scripts of several commands, which pipelines cannot send.
class Session {
  public:
    static Result<Session> open(const ConnectionSettings& database, std::chrono::seconds timeout) {
        libpq::SessionParameters parameters(database, std::chrono::milliseconds(0));
        parameters.set("connect_timeout", std::to_string(std::max<std::int64_t>(timeout.count(), 2)));
        Session session(PQconnectdbParams(parameters.keywords(), parameters.values(), 0));
        if (PQstatus(session.connection_.get()) != CONNECTION_OK)
            return tl::unexpected(Error(libpq::lost(session.connection_.get())));
        PQsetNoticeProcessor(session.connection_.get(), [](void*, const char*) {}, nullptr);
        return session;
    }

    Result<Rows> run(const std::string& script) {
        Rows rows(PQexec(connection_.get(), script.c_str()));
        return checked(std::move(rows));
    }

    Result<Rows> run(const std::string& command, const std::vector<std::string>& parameters) {
        std::vector<const char*> values;
        values.reserve(parameters.size());
        for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
        return checked(Rows(PQexecParams(connection_.get(), command.c_str(), static_cast<int>(values.size()),
                                         nullptr, values.data(), nullptr, nullptr, 0)));
    }

  private:
    explicit Session(PGconn* connection) : connection_(connection) {}

    Result<Rows> checked(Rows rows) {
        const PGresult* result = rows.handle();
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
        if (PQstatus(connection_.get()) == CONNECTION_BAD)
            return tl::unexpected(Error(libpq::lost(connection_.get())));
        SqlError error = libpq::error_of(result);
        // No room on the disk or in memory: waiting for it would only hide it.
        if (error.sqlstate.starts_with("53")) error.kind = ErrorKind::internal;
        return tl::unexpected(Error(std::move(error)));
    }

    libpq::ConnectionPtr connection_;
};

std::int64_t number(std::string_view text) {
    return std::stoll(std::string(text));
}

Result<std::vector<Applied>> applied_steps(Session& session) {
    const auto rows = session.run("select version, name, checksum from schema_migrations order by version");
    if (!rows) return tl::unexpected(rows.error());
    std::vector<Applied> applied;
    applied.reserve(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row)
        applied.push_back(
            {number(rows->text(row, 0)), std::string(rows->text(row, 1)), std::string(rows->text(row, 2))});
    return applied;
}

// What is in the database must be the beginning of what the program knows, or go on from it.
Result<void> check(const std::vector<Applied>& applied, std::span<const Migration> steps) {
    for (std::size_t i = 0; i < std::min(applied.size(), steps.size()); ++i) {
        if (applied[i].version != steps[i].version || applied[i].checksum != common::sha256_hex(steps[i].sql))
            return fail(ErrorKind::invalid,
                        fmt::format("Migration {} ({}) of the database is not the one of this program.",
                                    applied[i].version, applied[i].name));
    }
    return {};
}

/// The statements of a script, which end with a semicolon at the end of a line.
std::vector<std::string> statements_of(std::string_view script) {
    std::vector<std::string> statements;
    for (std::size_t end = script.find(";\n"); end != std::string_view::npos; end = script.find(";\n")) {
        statements.emplace_back(script.substr(0, end));
        script.remove_prefix(end + 2);
    }
    return statements;
}

tl::unexpected<Error> failed(const Migration& step, const Error& error) {
    return fail(error.kind,
                fmt::format("Migration {} ({}) failed: {}", step.version, step.name, error.message));
}

Result<void> note(Session& session, const Migration& step) {
    const auto noted =
        session.run("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
                    {std::to_string(step.version), std::string(step.name), common::sha256_hex(step.sql)});
    return noted ? Result<void>() : tl::unexpected(noted.error());
}

Result<void> apply_by_statements(Session& session, const Migration& step) {
    for (const std::string& statement : statements_of(step.sql))
        if (auto done = session.run(statement); !done) return failed(step, done.error());
    return note(session, step);
}

Result<void> apply_at_once(Session& session, const Migration& step) {
    // A table in use must not make everybody behind us wait: rather give up and try again.
    if (auto begun = session.run("begin; set local lock_timeout = '10s'"); !begun)
        return tl::unexpected(begun.error());
    if (auto done = session.run(std::string(step.sql)); !done) return failed(step, done.error());
    if (auto noted = note(session, step); !noted) return noted;
    const auto committed = session.run("commit");
    return committed ? Result<void>() : tl::unexpected(committed.error());
}

Result<void> apply(Session& session, const Migration& step) {
    const bool by_statements = step.sql.starts_with(kByStatements);
    auto applied = by_statements ? apply_by_statements(session, step) : apply_at_once(session, step);
    if (applied) common::log::info("Migrated the database", {{"version", step.version}, {"name", step.name}});
    return applied;
}

/// The lock is the session's: it ends with it, however this process ends. Asked for again and again: who
/// waits for it in the database has a transaction, for whose end an index waits that is made concurrently.
Result<void> lock(Session& session, Clock::time_point deadline) {
    for (;;) {
        const auto locked = session.run(fmt::format("select pg_try_advisory_lock({})", kLock));
        if (!locked) return tl::unexpected(locked.error());
        if (locked->text(0, 0) == "t") return {};
        if (Clock::now() + kLockPause > deadline)
            return fail(ErrorKind::unavailable, "Another migration of the database is still running.");
        std::this_thread::sleep_for(kLockPause);
    }
}

Result<MigrationReport> try_once(const ConnectionSettings& database, std::chrono::seconds left,
                                 std::span<const Migration> steps) {
    auto session = Session::open(database, std::min(left, std::chrono::seconds(5)));
    if (!session) return tl::unexpected(session.error());
    if (auto locked = lock(*session, Clock::now() + left); !locked) return tl::unexpected(locked.error());
    const auto table = session->run(
        "create table if not exists schema_migrations (version bigint primary key, name text not null, "
        "checksum text not null, applied_at timestamptz not null default now())");
    if (!table) return tl::unexpected(table.error());
    const auto applied = applied_steps(*session);
    if (!applied) return tl::unexpected(applied.error());
    if (auto checked = check(*applied, steps); !checked) return tl::unexpected(checked.error());
    MigrationReport report;
    report.from = report.to = applied->empty() ? 0 : applied->back().version;
    for (const Migration& step : steps.subspan(std::min(applied->size(), steps.size()))) {
        if (auto done = apply(*session, step); !done) return tl::unexpected(done.error());
        report.to = step.version;
    }
    return report;
}

}  // namespace

Result<MigrationReport> migrate(const ConnectionSettings& database, std::chrono::seconds patience,
                                std::span<const Migration> steps) {
    const auto deadline = Clock::now() + patience;
    bool told = false;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - Clock::now());
        auto report = try_once(database, left, steps);
        if (report || report.error().kind != ErrorKind::unavailable || Clock::now() + kPause > deadline)
            return report;
        if (!std::exchange(told, true))
            common::log::info("Waiting for the database", {{"error", report.error().message}});
        std::this_thread::sleep_for(kPause);
    }
}

common::Task<Result<std::int64_t>> schema_version(Database& database) {
    const auto rows = co_await database.query(kNewest, {});
    if (rows) co_return number(rows->text(0, 0));
    if (rows.error().sqlstate == "42P01") co_return 0;  // there is no such table: never migrated
    co_return tl::unexpected(Error(rows.error()));
}

common::Task<Result<bool>> schema_is_current(Database& database, std::span<const Migration> steps) {
    const auto version = co_await schema_version(database);
    if (!version) co_return tl::unexpected(version.error());
    co_return *version >= (steps.empty() ? 0 : steps.back().version);
}

}  // namespace store
