#include "crm-server/record/repository.h"
#include "tests/crm-server/database_fixture.h"

#include <algorithm>
#include <chrono>

namespace record {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const store::Statement kOne{"one", "select 1"};

class OutageTest : public DatabaseTest {
  protected:
    OutageTest() { EXPECT_TRUE(run(database_->query(kOne, {}))); }

    void expect_recovery() {
        run_until([&] { return run(database_->query(kOne, {})).has_value(); });
        EXPECT_TRUE(
            run(companies_.create("user:test", changes(entity("companies"), R"({"name": "After"})"))));
    }

    Repository companies_{*database_, entity("companies"), entities_};
};

TEST_F(OutageTest, FailsFastWhileTheServerIsAwayAndRecoversByItself) {
    postgres().stop();
    const auto began = Clock::now();
    std::vector<common::Task<store::SqlResult<store::Rows>>> reads;
    for (int i = 0; i < 50; ++i) reads.push_back(database_->query(kOne, {}));
    for (const auto& result : run_all(std::move(reads))) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    }
    const auto write =
        run(companies_.create("user:test", changes(entity("companies"), R"({"name": "During"})")));
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().error.kind, ErrorKind::unavailable);
    EXPECT_LT(Clock::now() - began, 4s);
    EXPECT_EQ(database_->connected(), 0);
    postgres().start();
    expect_recovery();
}

TEST_F(OutageTest, RidesOutARestartOfTheServer) {
    store::Database patient(loop_, store::DatabaseConfig{.connection = connection_});
    Repository contacts(patient, entity("contacts"), entities_);
    ASSERT_TRUE(run(patient.query(kOne, {})));
    postgres().stop();
    constexpr int kCalls = 20;
    std::optional<store::SqlResult<store::Rows>> reads[kCalls];
    std::optional<WriteResult<Record>> writes[kCalls];
    for (auto& read : reads) start(keep_result(patient.query(kOne, {}), read));
    const Changes during = changes(entity("contacts"), R"({"lastName": "During"})");
    for (auto& write : writes) start(keep_result(contacts.create("user:test", during), write));
    // Longer than the patience of a call without an outage.
    const auto began = Clock::now();
    run_until([&] { return patient.connected() == 0 && Clock::now() > began + 1500ms; });
    postgres().start();
    run_until([&] {
        return std::ranges::all_of(reads, [](const auto& read) { return read.has_value(); }) &&
               std::ranges::all_of(writes, [](const auto& write) { return write.has_value(); });
    });
    for (const auto& read : reads) EXPECT_TRUE(*read) << read->error().message;
    for (const auto& write : writes) EXPECT_TRUE(*write) << write->error().error.message;
}

/// A write whose session is ended while it waits, with a proof that says `made`.
class LostAnswerTest : public OutageTest {
  protected:
    store::SqlResult<std::vector<store::Rows>> lose_the_answer(const std::string& made) {
        // The second time it does not wait.
        const store::Statement write{
            "write",
            "insert into audit (actor, entity, entity_id, action, diff) "
            "select 'a', 'b', gen_random_uuid(), 'c', '{}' "
            "from (select case when nextval('attempts') = 1 then pg_sleep(10) end) as pause"};
        const store::Statement proof{"proof", "select where " + made};
        const store::Statement sequence{"sequence", "create sequence attempts"};
        EXPECT_TRUE(run(database_->transaction({{&sequence, {}}})));
        std::optional<store::SqlResult<std::vector<store::Rows>>> result;
        start(keep_result(database_->transaction({{&write, {}}}, store::Step{&proof, {}}), result));
        store::Database other(loop_, store::DatabaseConfig{.connection = connection_});
        const store::Statement end{"end",
                                   "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                   "where wait_event = 'PgSleep' and datname = current_database()"};
        run_until([&] { return run(other.query(end, {}))->text(0, 0) == "1"; });
        run_until([&] { return result.has_value(); });
        return std::move(*result);
    }
};

TEST_F(LostAnswerTest, SendsAWriteAgainThatWasNotMade) {
    EXPECT_TRUE(lose_the_answer("false"));
    EXPECT_EQ(value_of("select count(*) from audit"), "1");
}

TEST_F(LostAnswerTest, DoesNotSendAWriteAgainThatWasMade) {
    const auto result = lose_the_answer("true");
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().committed);
    EXPECT_EQ(value_of("select count(*) from audit"), "0");
}

TEST_F(OutageTest, RecoversFromTheDeathOfTheServer) {
    postgres().kill();
    postgres().start();
    expect_recovery();
}

TEST_F(OutageTest, RepeatsAReadWhoseSessionWasEnded) {
    const store::Statement sleep{"sleep", "select pg_sleep(0.3), 42"};
    std::optional<store::SqlResult<store::Rows>> result;
    start(keep_result(database_->query(sleep, {}), result));
    store::Database other(loop_, store::DatabaseConfig{.connection = connection_});
    const store::Statement end{"end",
                               "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                               "where wait_event = 'PgSleep' and datname = current_database()"};
    run_until([&] { return run(other.query(end, {}))->text(0, 0) == "1"; });
    run_until([&] { return result.has_value(); });
    ASSERT_TRUE(*result) << result->error().message;
    EXPECT_EQ((*result)->text(0, 1), "42");
}

TEST_F(OutageTest, DoesNotRepeatAWriteWhoseSessionWasEnded) {
    const store::Statement write{"write",
                                 "insert into audit (actor, entity, entity_id, action, diff) "
                                 "select 'a', 'b', gen_random_uuid(), 'c', '{}' from pg_sleep(3)"};
    std::optional<store::SqlResult<std::vector<store::Rows>>> result;
    start(keep_result(database_->transaction({{&write, {}}}), result));
    store::Database other(loop_, store::DatabaseConfig{.connection = connection_});
    const store::Statement end{"end",
                               "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                               "where wait_event = 'PgSleep' and datname = current_database()"};
    run_until([&] { return run(other.query(end, {}))->text(0, 0) == "1"; });
    run_until([&] { return result.has_value(); });
    ASSERT_FALSE(*result);
    EXPECT_EQ(result->error().kind, ErrorKind::unavailable);
    EXPECT_EQ(value_of("select count(*) from audit"), "0");
}

TEST_F(OutageTest, DropsAServerThatFallsSilent) {
    store::Database impatient(loop_, store::DatabaseConfig{.connection = connection_,
                                                           .connect_timeout = 500ms,
                                                           .statement_timeout = 200ms,
                                                           .ride_out = 0ms});
    ASSERT_TRUE(run(impatient.query(kOne, {})));
    postgres().freeze();
    const auto began = Clock::now();
    const auto result = run(impatient.query(kOne, {}));
    postgres().thaw();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    EXPECT_LT(Clock::now() - began, 5s);
    run_until([&] { return run(impatient.query(kOne, {})).has_value(); });
}

TEST_F(OutageTest, ConnectsByNameToo) {
    store::ConnectionSettings by_name = connection_;
    by_name.host = "localhost";
    store::Database named(loop_, store::DatabaseConfig{.connection = by_name});
    EXPECT_TRUE(run(named.query(kOne, {})));
    by_name.host = "no-such-host.invalid";
    store::Database unknown(loop_, store::DatabaseConfig{.connection = by_name});
    EXPECT_EQ(run(unknown.query(kOne, {})).error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace record
