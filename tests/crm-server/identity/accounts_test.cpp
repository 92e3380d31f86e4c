#include "crm-server/identity/accounts.h"

#include "tests/crm-server/database_fixture.h"

#include <algorithm>
#include <chrono>

namespace identity {
namespace {

using namespace std::chrono_literals;

constexpr auto kEmail = "admin@acme.example";

class AccountsTest : public DatabaseTest {
  protected:
    AccountsTest() { EXPECT_TRUE(run(accounts_.bootstrap_admin(kEmail, "first"))); }

    std::string token() { return run(accounts_.login(kEmail, "first"))->token; }
    Principal principal() { return *run(accounts_.authenticate(token())); }
    ErrorKind refusal(const std::string& token) {
        const auto result = run(accounts_.authenticate(token));
        EXPECT_FALSE(result);
        return result ? ErrorKind::internal : result.error().kind;
    }
    void execute(const std::string& sql) {
        const store::Statement statement{"execute_" + std::to_string(++statements_), sql};
        const auto done = run(database_->transaction({{&statement, {}}}));
        EXPECT_TRUE(done) << done.error().message;
    }

    PasswordHasher hasher_{{.memory_kib = 64, .passes = 1}};
    Accounts accounts_{*database_, hasher_};
};

TEST_F(AccountsTest, LetTheAdministratorInWithTheRightPasswordOnly) {
    const auto session = run(accounts_.login("ADMIN@acme.example", "first"));
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(session->token.size(), 43);
    EXPECT_TRUE(session->expires_at.ends_with("Z"));
    const auto principal = run(accounts_.authenticate(session->token));
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->credential, Principal::Credential::session);
    EXPECT_EQ(principal->actor(), "user:" + principal->user_id);
    const auto wrong = run(accounts_.login(kEmail, "second"));
    const auto nobody = run(accounts_.login("nobody@acme.example", "first"));
    EXPECT_EQ(wrong.error().kind, ErrorKind::unauthorized);
    EXPECT_EQ(wrong.error(), nobody.error()) << "no telling which of the two was wrong";
    EXPECT_FALSE(run(accounts_.login(std::string(kEmail) + std::string("\0x", 2), "first")));
}

TEST_F(AccountsTest, AreFoundHoweverTheAddressIsWritten) {
    for (const char* email : {"ADMIN@acme.example", "adm\u0130n@acme.example", "admi\u0307n@acme.example",
                              "\uFF41dmin@acme.example", "ad\u00ADmin@acme.example"})
        EXPECT_TRUE(run(accounts_.login(email, "first"))) << email;
    for (const char* email : {"adm\u0131n@acme.example", "admin@acme.example ", ""})
        EXPECT_FALSE(run(accounts_.login(email, "first"))) << email;
    EXPECT_FALSE(run(accounts_.login(std::string(2000, 'a'), "first")));
}

// As a server of schema 1 does, which runs beside this one while they are replaced.
TEST_F(AccountsTest, AreFoundWhenAnOlderServerMadeOrChangedThem) {
    execute(
        "insert into users (id, email, password_hash) select gen_random_uuid(), '\u00C9milie@acme.example', "
        "password_hash from users");
    EXPECT_TRUE(run(accounts_.login("e\u0301milie@ACME.example", "first")));
    execute("update users set email = 'Chief@acme.example' where email = 'admin@acme.example'");
    EXPECT_TRUE(run(accounts_.login("chief@acme.example", "first")));
    EXPECT_FALSE(run(accounts_.login(kEmail, "first"))) << "the key of the former address counts no more";
    EXPECT_EQ(value_of("select count(*) from users where lower(email) = lower('CHIEF@acme.example')"), "1");
}

TEST_F(AccountsTest, AreToldApartByTheWayOfWritingWhereTwoHaveOneAddress) {
    execute(
        "insert into users (id, email, password_hash) values (gen_random_uuid(), 'stra\u00DFe@acme.example', "
        "'" +
        *run(hasher_.hash("sharp")) + "')");
    ASSERT_TRUE(run(accounts_.bootstrap_admin(kEmail, "first")));
    execute(
        "insert into users (id, email, password_hash) values (gen_random_uuid(), 'strasse@acme.example', '" +
        *run(hasher_.hash("double")) + "')");
    ASSERT_TRUE(run(accounts_.bootstrap_admin(kEmail, "first"))) << "told of, and no reason not to serve";
    EXPECT_TRUE(run(accounts_.login("stra\u00DFe@acme.example", "sharp")));
    EXPECT_TRUE(run(accounts_.login("strasse@acme.example", "double")));
    EXPECT_FALSE(run(accounts_.login("strasse@acme.example", "sharp")));
    EXPECT_TRUE(run(accounts_.login("STRASSE@acme.example", "sharp"))) << "the one that has the key";
}

TEST_F(AccountsTest, TakeAsLongForAnUnknownUserAsForAWrongPassword) {
    PasswordHasher slow{{.memory_kib = 19 * 1024, .passes = 4}};
    Accounts accounts(*database_, slow);
    ASSERT_TRUE(run(accounts.bootstrap_admin(kEmail, "slow")));
    constexpr auto kNever = std::chrono::steady_clock::duration::max();
    auto known = kNever;
    auto unknown = kNever;
    const auto time = [&](const char* email, auto& least) {
        const auto began = std::chrono::steady_clock::now();
        EXPECT_FALSE(run(accounts.login(email, "wrong")));
        least = std::min(least, std::chrono::steady_clock::now() - began);
    };
    // What else the machine does can only make single logins longer.
    for (int i = 0; i < 50 && (i < 5 || unknown < known / 2 || known < unknown / 2); ++i) {
        time(kEmail, known);
        time("nobody@acme.example", unknown);
    }
    EXPECT_GT(unknown, known / 2);
    EXPECT_LT(unknown, known * 2);
}

TEST_F(AccountsTest, KeepNoSecretInTheDatabase) {
    const std::string secret = token();
    const auto key = run(accounts_.create_api_key(principal(), "import"));
    const std::string dump = value_of(
        "select (select string_agg(u::text, '') from users u) || "
        "(select string_agg(s::text, '') from sessions s) || "
        "(select string_agg(k::text, '') from api_keys k)");
    EXPECT_EQ(dump.find("first"), std::string::npos);
    EXPECT_EQ(dump.find(secret), std::string::npos);
    EXPECT_EQ(dump.find(key->secret.substr(4)), std::string::npos);
    EXPECT_NE(dump.find("$argon2id$v=19$"), std::string::npos);
}

TEST_F(AccountsTest, RefuseWhatIsNoToken) {
    for (const std::string& token :
         {std::string(), std::string("x"), std::string("crm_"), std::string(43, 'A'),
          "crm_" + std::string(43, 'A'), std::string(100'000, 'A'), std::string("a\0b", 3)})
        EXPECT_EQ(refusal(token), ErrorKind::unauthorized) << token.size();
}

TEST_F(AccountsTest, EndASessionAtOnce) {
    const std::string ended = token();
    const std::string other = token();
    const auto session = run(accounts_.authenticate(ended));
    ASSERT_TRUE(run(accounts_.authenticate(other)));
    ASSERT_TRUE(run(accounts_.logout(*session)));
    EXPECT_EQ(refusal(ended), ErrorKind::unauthorized);
    EXPECT_TRUE(run(accounts_.authenticate(other)));
    EXPECT_TRUE(run(accounts_.logout(*session))) << "ending it twice does no harm";
}

TEST_F(AccountsTest, RefuseAnExpiredSessionAndClearItAwayWithTheNextLogin) {
    const std::string expired = token();
    execute("update sessions set expires_at = now() - interval '1 second'");
    EXPECT_EQ(refusal(expired), ErrorKind::unauthorized);
    token();
    EXPECT_EQ(value_of("select count(*) from sessions"), "1");
}

TEST_F(AccountsTest, BelieveACredentialOnlyForAWhile) {
    const std::string revoked = token();
    Accounts brief(*database_, hasher_, {.cache_lifetime = 300ms});
    ASSERT_TRUE(run(brief.authenticate(revoked)));
    execute("delete from sessions");
    EXPECT_TRUE(run(brief.authenticate(revoked))) << "another replica ended it, this one need not know yet";
    run_until([&] { return !run(brief.authenticate(revoked)); });
}

TEST_F(AccountsTest, BelieveASessionNoLongerThanItLasts) {
    const std::string brief = token();
    execute("update sessions set expires_at = now() + interval '500 milliseconds'");
    ASSERT_TRUE(run(accounts_.authenticate(brief)));
    const auto began = std::chrono::steady_clock::now();
    run_until([&] { return !run(accounts_.authenticate(brief)); });
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s) << "well before the cache forgets by itself";
}

TEST_F(AccountsTest, MakeListAndRevokeApiKeys) {
    const Principal admin = principal();
    const auto first = run(accounts_.create_api_key(admin, "import"));
    const auto second = run(accounts_.create_api_key(admin, "export"));
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(first->secret.starts_with("crm_"));
    const auto with_key = run(accounts_.authenticate(first->secret));
    ASSERT_TRUE(with_key);
    EXPECT_EQ(with_key->user_id, admin.user_id);
    EXPECT_EQ(with_key->actor(), "api-key:" + first->key.id);
    EXPECT_FALSE(run(accounts_.logout(*with_key)));

    const auto names = [&] {
        std::string all;
        const auto keys = run(accounts_.api_keys(admin));
        for (const ApiKey& key : *keys) all += key.name + " ";
        return all;
    };
    EXPECT_EQ(names(), "export import ");
    ASSERT_TRUE(run(accounts_.revoke_api_key(admin, first->key.id)));
    EXPECT_EQ(refusal(first->secret), ErrorKind::unauthorized);
    EXPECT_TRUE(run(accounts_.authenticate(second->secret)));
    EXPECT_EQ(names(), "export ");
    EXPECT_EQ(run(accounts_.revoke_api_key(admin, first->key.id)).error().kind, ErrorKind::not_found);
    EXPECT_EQ(run(accounts_.revoke_api_key(admin, "x")).error().kind, ErrorKind::not_found);
    for (const std::string& name : {std::string(), std::string(201, 'x'), std::string("a\0b", 3)})
        EXPECT_EQ(run(accounts_.create_api_key(admin, name)).error().kind, ErrorKind::invalid);
}

TEST_F(AccountsTest, DoNotRevokeTheKeyOfSomebodyElse) {
    const auto key = run(accounts_.create_api_key(principal(), "import"));
    const Principal other{.user_id = "01890000-0000-7000-8000-000000000000", .credential_id = {}};
    EXPECT_EQ(run(accounts_.revoke_api_key(other, key->key.id)).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(run(accounts_.api_keys(other))->empty());
    EXPECT_TRUE(run(accounts_.authenticate(key->secret)));
}

TEST_F(AccountsTest, MakeNoApiKeyWithACredentialThatAnotherReplicaEnded) {
    const Principal with_session = principal();
    const auto key = run(accounts_.create_api_key(with_session, "import"));
    const Principal with_key = *run(accounts_.authenticate(key->secret));
    EXPECT_TRUE(run(accounts_.create_api_key(with_key, "export")));
    execute("delete from sessions");
    execute("update api_keys set revoked_at = now()");
    for (const Principal& ended : {with_session, with_key}) {
        const auto refused = run(accounts_.create_api_key(ended, "outlive"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
    }
    EXPECT_EQ(value_of("select count(*) from api_keys where revoked_at is null"), "0");
}

TEST_F(AccountsTest, LetNobodyInWhosePasswordIsReplacedWhileItIsChecked) {
    const auto waiting_for = [&](const std::string& event) {
        return value_of(
                   "select count(*) from pg_stat_activity where datname = current_database() "
                   "and wait_event = $1",
                   {event}) == "1";
    };
    const store::Statement lock{"lock", "select from users for no key update"};
    const store::Statement replace{
        "replace", "update users set password_hash = 'another' from pg_advisory_xact_lock(1)"};
    value_of("select pg_advisory_lock(1)");
    std::optional<store::SqlResult<std::vector<store::Rows>>> replaced;
    start(keep_result(database_->transaction({{&lock, {}}, {&replace, {}}}), replaced));
    run_until([&] { return waiting_for("advisory"); });
    std::optional<Result<Session>> late;
    start(keep_result(accounts_.login(kEmail, "first"), late));
    run_until([&] { return late.has_value() || waiting_for("transactionid"); });
    value_of("select pg_advisory_unlock(1)");
    run_until([&] { return replaced.has_value() && late.has_value(); });
    EXPECT_TRUE(*replaced) << replaced->error().message;
    ASSERT_FALSE(*late);
    EXPECT_EQ(late->error().kind, ErrorKind::unauthorized);
    EXPECT_EQ(value_of("select count(*) from sessions"), "0");
}

TEST_F(AccountsTest, AskForPatienceWhenTooManyPasswordsWait) {
    PasswordHasher busy{{.memory_kib = 19 * 1024, .passes = 4, .threads = 1, .queue_limit = 1}};
    std::vector<common::Task<Result<std::string>>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(busy.hash("pw"));
    int hashed = 0;
    for (const auto& result : run_all(std::move(tasks))) {
        hashed += result ? 1 : 0;
        if (result) continue;
        EXPECT_EQ(result.error().kind, ErrorKind::throttled);
        EXPECT_TRUE(result.error().retry_after);
    }
    EXPECT_EQ(hashed, 2) << "one at work and one in the queue";
}

}  // namespace
}  // namespace identity
