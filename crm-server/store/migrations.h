// The schema and how it gets from one version to the next.
//
// Migrations are files NNNN_name.sql, compiled into the program. Each runs once, in one transaction together
// with its row in schema_migrations, so a runner killed at any moment can be run again.
//
// A file that begins with kByStatements is run statement by statement instead, each in a transaction of its
// own: for indexes that are made concurrently, while the table is written. It must be possible to run it
// again when it was interrupted: `drop index concurrently if exists` comes before each `create index
// concurrently`.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/store/connection_settings.h"
#include "crm-server/store/database.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace store {

/// Statements end with a semicolon at the end of a line, and nowhere else is one there.
inline constexpr std::string_view kByStatements = "-- statement by statement\n";

struct Migration {
    std::int64_t version;
    std::string_view name;
    std::string_view sql;
};

struct MigrationReport {
    std::int64_t from = 0;  // 0: an empty database
    std::int64_t to = 0;
};

/// Brings the database to the newest of `steps`, which are counted from 1 without a gap. Blocks. Waits up to
/// `patience` for the database to accept connections and for other sessions to let go of what a step needs;
/// fails with unavailable when they did not. Fails with invalid when the database was migrated by a step
/// whose text has changed since, and with other kinds when a step failed. A database that is newer than
/// `steps` stays as it is: it is what a later program left, and a migration leaves the version before it
/// working.
Result<MigrationReport> migrate(const ConnectionSettings& database, std::chrono::seconds patience,
                                std::span<const Migration> steps);

/// The version of the database's schema, 0 when it was never migrated.
common::Task<Result<std::int64_t>> schema_version(Database& database);

/// Whether a program that knows `steps` can serve with the schema: it has them all. A newer schema is fine,
/// since a migration leaves the version before it working.
common::Task<Result<bool>> schema_is_current(Database& database, std::span<const Migration> steps);

}  // namespace store
