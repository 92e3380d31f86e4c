#include "tests/crm-server/postgres.h"

#include <memory>

#include <gtest/gtest.h>

namespace {

std::unique_ptr<support::TemporaryPostgres> running;

class PostgresEnvironment : public testing::Environment {
  public:
    void TearDown() override { running.reset(); }
};

const auto* const registered = testing::AddGlobalTestEnvironment(new PostgresEnvironment);

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
