#include "crm-server/store/migrations.h"

#include "crm-server/product.h"
#include "tests/crm-server/database_fixture.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace store {
namespace {

using namespace std::chrono_literals;

constexpr Migration kOne{1, "one", "create table one (id int)"};
constexpr Migration kTwo{2, "two", "create table two (id int); insert into two values (1)"};

class MigrationsTest : public DatabaseTest {
  protected:
    // The fixture's database is migrated already; these tests begin with nothing.
    MigrationsTest() {
        connection_ = new_database();
        database_.emplace(loop_, DatabaseConfig{.connection = connection_});
    }

    Result<MigrationReport> run_steps(std::vector<Migration> steps) {
        return migrate(connection_, 20s, steps);
    }
};

TEST_F(MigrationsTest, BringAnEmptyDatabaseToTheNewestSchemaAndThenDoNothing) {
    EXPECT_EQ(*run(schema_version(*database_)), 0);
    EXPECT_FALSE(*run(schema_is_current(*database_, product::migrations())));
    const std::int64_t newest = product::migrations().back().version;
    const auto first = migrate(connection_, 20s, product::migrations());
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->from, 0);
    EXPECT_EQ(first->to, newest);
    EXPECT_EQ(*run(schema_version(*database_)), newest) << "on the session that saw it missing";
    EXPECT_TRUE(*run(schema_is_current(*database_, product::migrations())));
    const auto second = migrate(connection_, 20s, product::migrations());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->from, newest);
    EXPECT_EQ(second->to, newest);
}

TEST_F(MigrationsTest, RunEachStepOnceWhenManyRunnersStartTogether) {
    std::vector<std::thread> runners;
    std::array<std::string, 6> errors;
    for (std::string& error : errors)
        runners.emplace_back([this, &error] {
            const auto report = run_steps({kOne, kTwo});
            if (!report) error = report.error().message;
        });
    for (std::thread& runner : runners) runner.join();
    for (const std::string& error : errors) EXPECT_EQ(error, "");
    EXPECT_EQ(value_of("select count(*) from two"), "1");
}

TEST_F(MigrationsTest, TakeUpWhereTheyFailedAndLeaveNothingOfTheFailedStep) {
    const Migration broken{2, "two", "create table half (id int); select 1 / 0"};
    const auto failed = run_steps({kOne, broken});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "Migration 2 (two) failed: division by zero (SQLSTATE 22012)");
    EXPECT_EQ(*run(schema_version(*database_)), 1);
    EXPECT_EQ(value_of("select to_regclass('half') is null"), "t");
    const auto resumed = run_steps({kOne, kTwo});
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->from, 1);
    EXPECT_EQ(resumed->to, 2);
}

class StatementwiseMigrationTest : public MigrationsTest {
  protected:
    const Migration index_{2, "index",
                           "-- statement by statement\n"
                           "drop index concurrently if exists one_id;\n"
                           "create index concurrently one_id on one (id);\n"};
};

TEST_F(StatementwiseMigrationTest, MakesAnIndexWhileTheTableIsWritten) {
    ASSERT_TRUE(run_steps({kOne}));
    const auto report = run_steps({kOne, index_});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->to, 2);
    EXPECT_EQ(value_of("select indisvalid from pg_index where indexrelid = 'one_id'::regclass"), "t");
}

TEST_F(StatementwiseMigrationTest, IsRunAgainWhenItWasInterrupted) {
    const Migration broken{2, "index",
                           "-- statement by statement\n"
                           "create index concurrently one_id on one (id);\n"
                           "select 1 / 0;\n"};
    ASSERT_TRUE(run_steps({kOne}));
    const auto failed = run_steps({kOne, broken});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "Migration 2 (index) failed: division by zero (SQLSTATE 22012)");
    EXPECT_EQ(*run(schema_version(*database_)), 1);
    ASSERT_TRUE(run_steps({kOne, index_}));
    EXPECT_EQ(*run(schema_version(*database_)), 2);
}

TEST_F(StatementwiseMigrationTest, IsRunOnceWhenManyRunnersStartTogether) {
    ASSERT_TRUE(run_steps({kOne}));
    std::vector<std::thread> runners;
    std::array<std::string, 4> errors;
    for (std::string& error : errors)
        runners.emplace_back([this, &error] {
            const auto report = run_steps({kOne, index_});
            if (!report) error = report.error().message;
        });
    for (std::thread& runner : runners) runner.join();
    for (const std::string& error : errors) EXPECT_EQ(error, "");
    EXPECT_EQ(value_of("select count(*) from schema_migrations"), "2");
}

TEST_F(MigrationsTest, LeaveADatabaseThatIsNewerThanTheProgramAsItIs) {
    ASSERT_TRUE(run_steps({kOne, kTwo}));
    const auto unchanged = run_steps({kOne});
    ASSERT_TRUE(unchanged) << unchanged.error().message;
    EXPECT_EQ(unchanged->from, 2);
    EXPECT_EQ(unchanged->to, 2);
    EXPECT_EQ(value_of("select count(*) from two"), "1");
}

TEST_F(MigrationsTest, RefuseAStepWhoseTextHasChanged) {
    ASSERT_TRUE(run_steps({kOne}));
    const Migration changed{1, "one", "create table one (id bigint)"};
    const auto refused = run_steps({changed, kTwo});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_EQ(*run(schema_version(*database_)), 1);
}

TEST_F(MigrationsTest, SurviveTheDeathOfTheServerInTheMiddleOfAStep) {
    ASSERT_TRUE(run_steps({kOne}));
    const Migration slow{2, "two", "create table two (id int); select pg_sleep(60)"};
    const Migration quick{2, "two", "create table two (id int)"};
    std::thread runner([&] { EXPECT_FALSE(migrate(connection_, 1s, std::vector{kOne, slow})); });
    run_until([&] {
        return value_of(
                   "select count(*) from pg_stat_activity where wait_event = 'PgSleep' "
                   "and datname = current_database()") == "1";
    });
    postgres().kill();
    runner.join();
    postgres().start();
    const auto resumed = run_steps({kOne, quick});
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->from, 1);
}

TEST_F(MigrationsTest, WaitForADatabaseThatComesUpLater) {
    postgres().stop();
    std::thread runner([&] {
        const auto report = run_steps({kOne});
        EXPECT_TRUE(report) << report.error().message;
    });
    postgres().start();
    runner.join();
    EXPECT_EQ(*run(schema_version(*database_)), 1);
}

TEST_F(MigrationsTest, FailAtOnceWhenTheDatabaseHasNoRoom) {
    const Migration large{1, "large", "do 'begin raise exception using errcode = ''53100''; end'"};
    const auto began = std::chrono::steady_clock::now();
    const auto failed = run_steps({large});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::internal);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(MigrationsTest, AskForPatienceWhileAnotherRunnerIsAtWork) {
    value_of("select pg_advisory_lock(x'63726d5f6d696772'::bigint)");
    const auto report = migrate(connection_, 1s, std::vector{kOne});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

TEST_F(MigrationsTest, GiveUpOnADatabaseThatDoesNotComeUp) {
    const auto report =
        migrate({.host = "127.0.0.1", .port = 1, .database = "crm", .username = "crm", .password = {}}, 1s,
                std::vector{kOne});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace store
