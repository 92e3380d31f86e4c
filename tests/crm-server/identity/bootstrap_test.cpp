// The administrator's account follows the Secret of its instance.
#include "crm-server/identity/accounts.h"
#include "tests/crm-server/database_fixture.h"

namespace identity {
namespace {

constexpr auto kEmail = "admin@acme.example";
constexpr auto kNewEmail = "chief@acme.example";

class BootstrapTest : public DatabaseTest {
  protected:
    BootstrapTest() {
        EXPECT_TRUE(bootstrap(kEmail, "first"));
        user_ = value_of("select id from users");
        session_ = run(accounts_.login(kEmail, "first"))->token;
        const Principal admin = *run(accounts_.authenticate(session_));
        key_ = run(accounts_.create_api_key(admin, "import"))->secret;
        EXPECT_TRUE(works(key_));
    }

    Result<void> bootstrap(const char* email, const char* password) {
        return run(accounts_.bootstrap_admin(email, password));
    }
    bool lets_in(const char* email, const char* password) {
        return run(accounts_.login(email, password)).has_value();
    }
    bool works(const std::string& token) { return run(accounts_.authenticate(token)).has_value(); }
    void expect_one_user(const char* email) {
        EXPECT_EQ(value_of("select string_agg(id || ' ' || email, ',') from users"), user_ + " " + email);
    }
    void execute(const std::string& sql, store::Parameters parameters = {}) {
        const store::Statement statement{"execute_" + std::to_string(++statements_), sql};
        const auto done = run(database_->transaction({{&statement, std::move(parameters)}}));
        EXPECT_TRUE(done) << done.error().message;
    }

    PasswordHasher hasher_{{.memory_kib = 64, .passes = 1}};
    Accounts accounts_{*database_, hasher_};
    std::string user_;
    std::string session_;
    std::string key_;
};

TEST_F(BootstrapTest, ChangesNothingWhenTheSecretIsTheSame) {
    ASSERT_TRUE(bootstrap(kEmail, "first"));
    expect_one_user(kEmail);
    EXPECT_TRUE(works(session_));
    EXPECT_TRUE(works(key_));
}

TEST_F(BootstrapTest, GivesTheSameAccountTheNewAddressAndEndsItsSessions) {
    ASSERT_TRUE(bootstrap(kNewEmail, "first"));
    expect_one_user(kNewEmail);
    EXPECT_FALSE(works(session_));
    EXPECT_TRUE(works(key_)) << "what is integrated goes on";
    EXPECT_TRUE(lets_in(kNewEmail, "first"));
    EXPECT_FALSE(lets_in(kEmail, "first"));
}

TEST_F(BootstrapTest, KeepsAPasswordThatItsOwnerChangedWhenOnlyTheAddressIsNew) {
    execute("update users set password_hash = $1", {*run(hasher_.hash("own"))});
    ASSERT_TRUE(bootstrap(kNewEmail, "first"));
    EXPECT_TRUE(lets_in(kNewEmail, "own"));
    EXPECT_FALSE(lets_in(kNewEmail, "first"));
}

TEST_F(BootstrapTest, TakesANewPasswordOverTheOneThatItsOwnerChangedAndLetsNoOldCredentialIn) {
    execute("update users set password_hash = $1", {*run(hasher_.hash("own"))});
    ASSERT_TRUE(bootstrap(kEmail, "regenerated"));
    expect_one_user(kEmail);
    EXPECT_TRUE(lets_in(kEmail, "regenerated"));
    EXPECT_FALSE(lets_in(kEmail, "own"));
    EXPECT_FALSE(works(session_)) << "whoever was in is out";
    EXPECT_FALSE(works(key_)) << "whoever was in may have made it";
}

TEST_F(BootstrapTest, TakesANewAddressAndANewPasswordTogether) {
    ASSERT_TRUE(bootstrap(kNewEmail, "regenerated"));
    expect_one_user(kNewEmail);
    EXPECT_TRUE(lets_in(kNewEmail, "regenerated"));
    EXPECT_FALSE(works(key_));
}

TEST_F(BootstrapTest, ChangesNothingWhenTheAddressIsTheOneOfAnotherUser) {
    execute("insert into users (id, email, password_hash) values (gen_random_uuid(), $1, '')",
            {"Chief@Acme.example"});
    const auto refused = bootstrap(kNewEmail, "regenerated");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_NE(refused.error().message.find("another user"), std::string::npos) << refused.error().message;
    EXPECT_TRUE(works(session_));
    EXPECT_TRUE(works(key_));
    EXPECT_TRUE(lets_in(kEmail, "first"));
    EXPECT_EQ(value_of("select count(*) from users"), "2");
}

TEST_F(BootstrapTest, TakesAnotherWayOfWritingForTheAddressOfAnotherUser) {
    execute("insert into users (id, email, password_hash) values (gen_random_uuid(), $1, '')",
            {"ch\u0130\uFB00@acme.example"});
    const auto refused = bootstrap("chiff@acme.example", "first");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(lets_in(kEmail, "first"));
}

TEST_F(BootstrapTest, FillsInTheKeysOfAddressesThatAnOlderServerWrote) {
    execute("update users set email = 'Chief@acme.example'");
    execute(
        "insert into users (id, email, password_hash) values (gen_random_uuid(), '\u00C9va@acme.example', "
        "'')");
    ASSERT_TRUE(bootstrap(kNewEmail, "first"));
    EXPECT_EQ(
        value_of(
            "select string_agg(email_key, ' ' order by email_key) from users where email_key_of = email"),
        "chief@acme.example \u00E9va@acme.example");
}

TEST_F(BootstrapTest, RefusesWhatCanBeNobodysAddress) {
    const auto refused = bootstrap(std::string(1025, 'a').c_str(), "first");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    expect_one_user(kEmail);
}

TEST_F(BootstrapTest, MakesNoAdministratorOfAnotherUser) {
    execute("update users set bootstrap_hash = null");
    const auto refused = bootstrap(kEmail, "taken over");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(lets_in(kEmail, "first"));
}

TEST_F(BootstrapTest, EndsWithOneAccountWhenReplicasStartTogether) {
    execute("truncate users cascade");
    for (const auto& [email, password] :
         {std::pair(kEmail, "first"), {kNewEmail, "first"}, {kEmail, "second"}}) {
        std::vector<common::Task<Result<void>>> replicas;
        for (int i = 0; i < 5; ++i) replicas.push_back(accounts_.bootstrap_admin(email, password));
        for (const auto& result : run_all(std::move(replicas))) EXPECT_TRUE(result) << result.error().message;
        EXPECT_EQ(value_of("select string_agg(email, ',') from users"), email);
        EXPECT_TRUE(lets_in(email, password));
    }
}

}  // namespace
}  // namespace identity
