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

Result<void> apply(Session& session, const Migration& step) {
    // A table in use must not make everybody behind us wait: rather give up and try again.
    if (auto begun = session.run("begin; set local lock_timeout = '10s'"); !begun)
        return tl::unexpected(begun.error());
    if (auto done = session.run(std::string(step.sql)); !done)
        return fail(done.error().kind, fmt::format("Migration {} ({}) failed: {}", step.version, step.name,
                                                   done.error().message));
    const auto noted =
        session.run("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
                    {std::to_string(step.version), std::string(step.name), common::sha256_hex(step.sql)});
    if (!noted) return tl::unexpected(noted.error());
    if (auto committed = session.run("commit"); !committed) return tl::unexpected(committed.error());
    common::log::info("Migrated the database", {{"version", step.version}, {"name", step.name}});
    return {};
}

Result<MigrationReport> try_once(const ConnectionSettings& database, std::chrono::seconds left,
                                 std::span<const Migration> steps) {
    auto session = Session::open(database, std::min(left, std::chrono::seconds(5)));
    if (!session) return tl::unexpected(session.error());
    // The lock is the session's: it ends with it, however this process ends.
    const std::string lock = fmt::format("set lock_timeout = '{}s'; select pg_advisory_lock({})",
                                         std::max<std::int64_t>(left.count(), 1), kLock);
    if (auto locked = session->run(lock); !locked) return tl::unexpected(locked.error());
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
