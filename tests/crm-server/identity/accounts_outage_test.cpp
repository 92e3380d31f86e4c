// What becomes of logins and API keys when the database dies in the middle of them.
#include "crm-server/identity/accounts.h"
#include "tests/crm-server/database_fixture.h"

#include <chrono>

namespace identity {
namespace {

constexpr auto kEmail = "admin@acme.example";

/// When the database dies.
enum class Death { before_the_commit, before_the_answer };

class AccountsOutageTest : public DatabaseTest, public testing::WithParamInterface<Death> {
  protected:
    AccountsOutageTest() {
        EXPECT_TRUE(run(accounts_.bootstrap_admin(kEmail, "pw")));
        principal_ = *run(accounts_.authenticate(run(accounts_.login(kEmail, "pw"))->token));
    }

    /// Does it while the database is killed and started again, and returns how it ended.
    template <class T>
    T survive(common::Task<T> task) {
        hold();
        std::optional<T> result;
        start(keep_result(std::move(task), result));
        run_until([&] { return waits() || result.has_value(); });
        EXPECT_FALSE(result) << "nothing held it";
        if (GetParam() == Death::before_the_answer) value_of("alter system reset synchronous_standby_names");
        postgres().kill();
        postgres().start();
        run_until([&] { return result.has_value(); });
        run_until([&] { return run(database_->query(kUp, {})).has_value(); });
        return std::move(*result);
    }

    store::Database patient_{loop_, store::DatabaseConfig{.connection = connection_}};
    PasswordHasher hasher_{{.memory_kib = 64, .passes = 1}};
    Accounts accounts_{patient_, hasher_};
    Principal principal_;

  private:
    void hold() {
        if (GetParam() == Death::before_the_commit)
            hold_writes();
        else
            hold_answers();
    }

    /// Changes of credentials wait for a lock that goes with the session that has it.
    void hold_writes() {
        value_of(
            "create function wait() returns trigger language plpgsql as "
            "'begin perform pg_advisory_xact_lock(1); return coalesce(new, old); end'");
        for (const std::string table : {"sessions", "api_keys"})
            value_of("create trigger wait before insert or update or delete on " + table +
                     " for each row execute function wait()");
        value_of("select pg_advisory_lock(1)");
    }

    /// What is committed is on the disk, but the server waits for a standby that does not exist before it
    /// says so.
    void hold_answers() {
        value_of("create table canary (id int)");
        value_of("alter system set synchronous_standby_names = 'nobody'");
        value_of("select pg_reload_conf()");
        // Until the whole server has heard of it, commits are still answered.
        do {
            canary_.reset();
            start(keep_result(database_->transaction({{&kSing, {}}}), canary_));
            run_until([&] { return canary_.has_value() || waiting("SyncRep") == "1"; });
        } while (canary_);
    }

    bool waits() {
        return GetParam() == Death::before_the_commit ? waiting("advisory") == "1"
                                                      : waiting("SyncRep") == "2";
    }
    std::string waiting(const std::string& event) {
        return value_of(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and wait_event = '" +
            event + "'");
    }

    inline static const store::Statement kUp{"up", "select 1"};
    inline static const store::Statement kSing{"sing", "insert into canary values (1)"};
    std::optional<store::SqlResult<std::vector<store::Rows>>> canary_;
};

INSTANTIATE_TEST_SUITE_P(, AccountsOutageTest,
                         testing::Values(Death::before_the_commit, Death::before_the_answer),
                         [](const auto& death) {
                             return death.param == Death::before_the_commit ? "BeforeTheCommit"
                                                                            : "BeforeTheAnswer";
                         });

TEST_P(AccountsOutageTest, LetALoginInOnce) {
    const auto session = survive(accounts_.login(kEmail, "pw"));
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_TRUE(session->expires_at.ends_with("Z")) << session->expires_at;
    EXPECT_TRUE(run(accounts_.authenticate(session->token)));
    EXPECT_EQ(value_of("select count(*) from sessions"), "2") << "the one of the fixture, and this one";
}

TEST_P(AccountsOutageTest, EndASession) {
    const auto ended = survive(accounts_.logout(principal_));
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_EQ(value_of("select count(*) from sessions"), "0");
}

TEST_P(AccountsOutageTest, MakeAnApiKeyOnce) {
    const auto key = survive(accounts_.create_api_key(principal_, "import"));
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_TRUE(key->key.created_at.ends_with("Z")) << key->key.created_at;
    EXPECT_TRUE(run(accounts_.authenticate(key->secret)));
    EXPECT_EQ(value_of("select count(*) from api_keys"), "1");
}

TEST_P(AccountsOutageTest, RevokeAnApiKey) {
    const auto key = run(accounts_.create_api_key(principal_, "import"));
    ASSERT_TRUE(key) << key.error().message;
    const auto revoked = survive(accounts_.revoke_api_key(principal_, key->key.id));
    ASSERT_TRUE(revoked) << revoked.error().message;
    EXPECT_FALSE(run(accounts_.authenticate(key->secret)));
    EXPECT_EQ(run(accounts_.revoke_api_key(principal_, key->key.id)).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace identity
