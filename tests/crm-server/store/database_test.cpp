#include "crm-server/store/database.h"

#include "tests/crm-server/database_fixture.h"

namespace store {
namespace {

using namespace std::chrono_literals;

const Statement kEcho{"echo", "select $1::text, $2::int + 1"};
const Statement kDivide{"divide", "select 1 / $1::int"};
const Statement kInsert{"insert_item", "insert into items values ($1::int)"};

class DatabaseSessionTest : public DatabaseTest {
  protected:
    DatabaseSessionTest() {
        const Statement table{"table", "create table items (id int primary key)"};
        EXPECT_TRUE(run(database_->transaction({{&table, {}}})));
    }
};

TEST_F(DatabaseSessionTest, AnswersPipelinedQueriesEachWithItsOwnResult) {
    std::vector<common::Task<SqlResult<Rows>>> tasks;
    for (int i = 0; i < 500; ++i) {
        if (i % 10 == 0)
            tasks.push_back(database_->query(kDivide, {"0"}));
        else
            tasks.push_back(database_->query(kEcho, {std::to_string(i), std::to_string(i)}));
    }
    const auto results = run_all(std::move(tasks));
    for (int i = 0; i < 500; ++i) {
        const auto& result = results[static_cast<std::size_t>(i)];
        ASSERT_EQ(result.has_value(), i % 10 != 0) << "an error stays inside its request";
        if (result) EXPECT_EQ(result->text(0, 1), std::to_string(i + 1));
        if (!result) EXPECT_EQ(result.error().sqlstate, "22012");
    }
}

TEST_F(DatabaseSessionTest, SendsParametersLargerThanTheSocketTakesAtOnce) {
    const std::string large(8 * 1024 * 1024, 'x');
    std::vector<common::Task<SqlResult<Rows>>> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(database_->query(kEcho, {large, "1"}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_EQ(result->text(0, 0), large);
}

TEST_F(DatabaseSessionTest, TellsNullFromEmpty) {
    const auto rows = run(database_->query(kEcho, {std::nullopt, std::nullopt}));
    EXPECT_TRUE(rows->is_null(0, 0));
    EXPECT_EQ(rows->value(0, 1), std::nullopt);
    EXPECT_EQ(run(database_->query(kEcho, {"", "1"}))->value(0, 0), "");
}

TEST_F(DatabaseSessionTest, CommitsATransactionWholeOrNotAtAll) {
    ASSERT_TRUE(run(database_->transaction({{&kInsert, {"1"}}, {&kInsert, {"2"}}})));
    const auto failed =
        run(database_->transaction({{&kInsert, {"3"}}, {&kInsert, {"1"}}, {&kInsert, {"4"}}}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::conflict);
    EXPECT_EQ(failed.error().constraint, "items_pkey");
    EXPECT_EQ(value_of("select string_agg(id::text, ',' order by id) from items"), "1,2");
    EXPECT_TRUE(run(database_->transaction({{&kInsert, {"3"}}})))
        << "the session is not left in a failed transaction";
}

TEST_F(DatabaseSessionTest, ReportsWhatACommitFinds) {
    const Statement deferred{
        "deferred", "create table parts (item int references items (id) deferrable initially deferred)"};
    ASSERT_TRUE(run(database_->transaction({{&deferred, {}}})));
    const Statement orphan{"orphan", "insert into parts values (77)"};
    const auto failed = run(database_->transaction({{&orphan, {}}}));
    ASSERT_FALSE(failed) << "a foreign key that is checked at the end was broken";
    EXPECT_EQ(failed.error().sqlstate, "23503");
    EXPECT_EQ(value_of("select count(*) from parts"), "0");
}

TEST_F(DatabaseSessionTest, GivesEachKindOfErrorItsName) {
    const auto kind_of = [&](const std::string& name, const std::string& sql) {
        const Statement statement{name, sql};
        return run(database_->query(statement, {})).error().kind;
    };
    EXPECT_EQ(kind_of("e1", "select 'x'::int"), ErrorKind::invalid);
    EXPECT_EQ(kind_of("e2", "insert into items values (null)"), ErrorKind::invalid);
    EXPECT_EQ(kind_of("e3", "select from nowhere"), ErrorKind::internal);
    EXPECT_EQ(kind_of("e4", "this is no sql"), ErrorKind::internal);
}

TEST_F(DatabaseSessionTest, PreparesAStatementThatOnceCouldNotBePrepared) {
    const Statement later{"later", "select count(*) from later"};
    std::vector<common::Task<SqlResult<Rows>>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(database_->query(later, {}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_EQ(result.error().sqlstate, "42P01");
    const Statement table{"table_later", "create table later (id int)"};
    ASSERT_TRUE(run(database_->transaction({{&table, {}}})));
    EXPECT_EQ(run(database_->query(later, {}))->text(0, 0), "0");
}

TEST_F(DatabaseSessionTest, CountsTheTimeOfAStatementFromTheAnswerBeforeIt) {
    Database database(loop_, DatabaseConfig{.connection = connection_, .statement_timeout = 400ms});
    const Statement sleep{"sleep_shortly", "select pg_sleep(0.3)"};
    std::vector<common::Task<SqlResult<Rows>>> tasks;
    for (int i = 0; i < 6; ++i) tasks.push_back(database.query(sleep, {}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
}

TEST_F(DatabaseSessionTest, LetsAPointReadOvertakeASlowList) {
    EXPECT_TRUE(run(database_->query(kEcho, {"a", "1"}, Lane::lists)));
    run_until([&] { return database_->connected() == 3; });  // and the one of the transaction
    const Statement sleep{"sleep_on_a_list", "select pg_sleep(60)"};
    std::optional<SqlResult<Rows>> list;
    start(keep_result(database_->query(sleep, {}, Lane::lists), list));
    EXPECT_TRUE(run(database_->query(kEcho, {"a", "1"})));
    EXPECT_FALSE(list);
}

TEST_F(DatabaseSessionTest, GivesUpOnAStatementThatTakesTooLong) {
    Database impatient(loop_, DatabaseConfig{.connection = connection_, .statement_timeout = 100ms});
    const Statement sleep{"sleep", "select pg_sleep(60)"};
    const auto result = run(impatient.query(sleep, {}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::timeout);
}

TEST_F(DatabaseSessionTest, RepeatsATransactionThatPostgresRolledBackForADeadlock) {
    ASSERT_TRUE(run(database_->transaction({{&kInsert, {"1"}}, {&kInsert, {"2"}}})));
    const Statement touch{"touch",
                          "with t as (update items set id = id where id = $1::int returning id) "
                          "select pg_sleep(0.2) from t"};
    std::vector<common::Task<SqlResult<std::vector<Rows>>>> tasks;
    tasks.push_back(database_->transaction({{&touch, {"1"}}, {&touch, {"2"}}}));
    tasks.push_back(database_->transaction({{&touch, {"2"}}, {&touch, {"1"}}}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
    run_until([&] {
        return value_of("select deadlocks > 0 from pg_stat_database where datname = current_database()") ==
               "t";
    });
}

class DecidingTransactionTest : public DatabaseSessionTest {
  protected:
    DecidingTransactionTest() {
        EXPECT_TRUE(run(database_->transaction({{&kInsert, {"1"}}, {&kInsert, {"2"}}})));
    }

    /// Reads an item and then takes the steps.
    SqlResult<std::vector<Rows>> change(const std::string& id, std::optional<std::vector<Step>> steps) {
        return run(database_->transaction({&kLock, {id}}, [&](const Rows&) { return steps; }, {&kProof, {}}));
    }

    const Statement kLock{"lock_item", "select id from items where id = $1::int for update"};
    const Statement kProof{"proof", "select from items where id = 3"};
};

TEST_F(DecidingTransactionTest, GivesWhatItReadAndWhatItsStepsGave) {
    const auto done = change("1", std::vector<Step>{{&kInsert, {"3"}}, {&kEcho, {"a", "1"}}});
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(done->size(), 3);
    EXPECT_EQ(done->front().text(0, 0), "1");
    EXPECT_EQ(done->back().text(0, 0), "a");
    EXPECT_EQ(value_of("select count(*) from items"), "3");
}

TEST_F(DecidingTransactionTest, ChangesNothingWhenThereIsNothingToDoOrAStepFails) {
    EXPECT_EQ(change("1", std::nullopt)->size(), 1);
    const auto failed = change("1", std::vector<Step>{{&kInsert, {"3"}}, {&kInsert, {"2"}}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::conflict);
    EXPECT_EQ(change("no number", std::vector<Step>{}).error().kind, ErrorKind::invalid);
    EXPECT_EQ(value_of("select count(*) from items"), "2");
    // Every connection is as it was: whichever is taken next.
    std::vector<common::Task<SqlResult<std::vector<Rows>>>> tasks;
    for (int i = 10; i < 30; ++i) tasks.push_back(database_->transaction({{&kInsert, {std::to_string(i)}}}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(value_of("select count(*) from items"), "22");
}

TEST_F(DecidingTransactionTest, HoldsTheLockFromReadingToChanging) {
    const Statement count{"count_up", "update items set id = $1::int + 10 where id = $1::int"};
    std::vector<common::Task<SqlResult<std::vector<Rows>>>> tasks;
    int changes = 0;
    for (int i = 0; i < 8; ++i)
        tasks.push_back(database_->transaction({&kLock, {"1"}},
                                               [&](const Rows& rows) -> std::optional<std::vector<Step>> {
                                                   if (rows.empty()) return std::nullopt;
                                                   ++changes;
                                                   return std::vector<Step>{{&count, {"1"}}};
                                               },
                                               {&kProof, {}}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(changes, 1);
}

TEST_F(DecidingTransactionTest, IsRepeatedAfterADeadlock) {
    const Statement touch{"touch_slowly",
                          "with t as (update items set id = id where id = $1::int returning id) "
                          "select pg_sleep(0.2) from t"};
    const auto then = [&](const char* id) {
        return [&touch, id](const Rows&) { return std::optional(std::vector<Step>{{&touch, {id}}}); };
    };
    std::vector<common::Task<SqlResult<std::vector<Rows>>>> tasks;
    tasks.push_back(database_->transaction({&kLock, {"1"}}, then("2"), {&kProof, {}}));
    tasks.push_back(database_->transaction({&kLock, {"2"}}, then("1"), {&kProof, {}}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
}

TEST_F(DecidingTransactionTest, FindsOutWhetherItWasDoneWhenItsAnswerWasLost) {
    // The session ends itself after it has committed, before it can say so.
    const Statement kill{"kill", "select pg_terminate_backend(pg_backend_pid())"};
    const Statement insert{"insert_3", "insert into items values (3)"};
    const Statement commit{"commit_early", "commit"};
    int decisions = 0;
    const auto lost = run(database_->transaction({&kLock, {"1"}},
                                                 [&](const Rows&) {
                                                     ++decisions;
                                                     return std::optional(std::vector<Step>{
                                                         {&insert, {}}, {&commit, {}}, {&kill, {}}});
                                                 },
                                                 {&kProof, {}}));
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().committed) << lost.error().message;
    EXPECT_EQ(decisions, 1);
    EXPECT_EQ(value_of("select count(*) from items"), "3");
}

TEST_F(DatabaseSessionTest, QueuesMoreTransactionsThanItHasSessions) {
    std::vector<common::Task<SqlResult<std::vector<Rows>>>> tasks;
    for (int i = 0; i < 200; ++i) tasks.push_back(database_->transaction({{&kInsert, {std::to_string(i)}}}));
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(value_of("select count(*) from items"), "200");
}

TEST_F(DatabaseSessionTest, EndsWithRequestsStillWaiting) {
    const Statement sleep{"sleep_on", "select pg_sleep(60)"};
    std::optional<SqlResult<Rows>> result;
    start(keep_result(database_->query(sleep, {}), result));
    run_until([&] { return database_->connected() > 0; });
    loop_.poll();
    database_.reset();
    run_until([&] { return result.has_value(); });
    EXPECT_FALSE(*result);
}

TEST_F(DatabaseTest, LogsInWithEveryCharacterOfNameAndPasswordAsItIs) {
    support::TemporaryPostgres guarded;
    ConnectionSettings connection{.host = "127.0.0.1",
                                  .port = guarded.port(),
                                  .database = guarded.create_database(),
                                  .username = "crm",
                                  .password = {}};
    database_.emplace(loop_, DatabaseConfig{.connection = connection});
    value_of(R"(create role "a b@c:d/e?%41" login password 'p@ss:w/o rd%41?#''\\')");
    const std::string rules = value_of("select setting from pg_settings where name = 'hba_file'");
    value_of("copy (values ('host all crm all trust'), ('host all all all scram-sha-256')) to '" + rules +
             "'");
    value_of("select pg_reload_conf()");

    connection.username = "a b@c:d/e?%41";
    connection.password = "wrong";
    const Statement who{"who", "select current_user"};
    run_until([&] {
        Database refused(loop_, DatabaseConfig{.connection = connection, .ride_out = 0ms});
        return !run(refused.query(who, {}));
    });
    connection.password = R"(p@ss:w/o rd%41?#'\\)";
    Database admitted(loop_, DatabaseConfig{.connection = connection});
    const auto user = run(admitted.query(who, {}));
    ASSERT_TRUE(user) << user.error().message;
    EXPECT_EQ(user->text(0, 0), connection.username);
}

}  // namespace
}  // namespace store
