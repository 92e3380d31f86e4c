// The one PostgreSQL of a test program, started when it is first asked for.
#pragma once

#include "crm-server/store/connection_settings.h"
#include "tests/support/temporary_postgres.h"

#include <string>

support::TemporaryPostgres& postgres();

/// A new and empty database in it, for its superuser.
store::ConnectionSettings new_database();

/// Runs the commands and returns how many rows the last one changed; fails the test when PostgreSQL refuses
/// one.
int execute(const store::ConnectionSettings& database, const std::string& commands);
