#include "tests/crm-server/postgres.h"

#include <cstdlib>
#include <libpq-fe.h>
#include <memory>

#include <gtest/gtest.h>

namespace {

std::unique_ptr<support::TemporaryPostgres> running;

class PostgresEnvironment : public testing::Environment {
  public:
    void TearDown() override { running.reset(); }
};

const auto* const kRegistered = testing::AddGlobalTestEnvironment(new PostgresEnvironment);

}  // namespace

support::TemporaryPostgres& postgres() {
    if (!running) running = std::make_unique<support::TemporaryPostgres>();
    return *running;
}

store::ConnectionSettings new_database() {
    return {.host = "127.0.0.1",
            .port = postgres().port(),
            .database = postgres().create_database(),
            .username = "crm",
            .password = {}};
}

int execute(const store::ConnectionSettings& database, const std::string& commands) {
    const std::string port = std::to_string(database.port);
    PGconn* connection = PQsetdbLogin(database.host.c_str(), port.c_str(), nullptr, nullptr,
                                      database.database.c_str(), database.username.c_str(), nullptr);
    PGresult* result = PQexec(connection, commands.c_str());
    EXPECT_EQ(PQresultStatus(result), PGRES_COMMAND_OK) << PQerrorMessage(connection);
    const int rows = std::atoi(PQcmdTuples(result));
    PQclear(result);
    PQfinish(connection);
    return rows;
}
