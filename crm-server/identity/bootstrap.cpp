#include "crm-server/identity/bootstrap.h"

#include "common/log.h"
#include "crm-server/identity/email_key.h"
#include "crm-server/identity/user_lock.h"
#include "crm-server/store/text.h"

#include <optional>
#include <utility>
#include <vector>

namespace identity {
namespace {

const store::Statement kFind{"bootstrap_find",
                             "select id, email, bootstrap_hash from users where bootstrap_hash is not null"};
const store::Statement kCreate{
    "bootstrap_create",
    "insert into users (id, email, email_key, email_key_of, password_hash, bootstrap_hash) "
    "values ($1, $2, $4, $2, $3, $3) on conflict do nothing returning id"};
// Does nothing when the account is not as it was found ($4, $5). A new password ($3, null to keep the old)
// comes with the loss of the old one: whoever has that may have made API keys too.
const store::Statement kFollow{
    "bootstrap_follow",
    "with followed as (update users set email = $2, email_key = $6, email_key_of = $2, password_hash = "
    "coalesce($3, password_hash), "
    "bootstrap_hash = coalesce($3, bootstrap_hash) "
    "where id = $1 and email = $4 and bootstrap_hash = $5 returning id), "
    "ended as (delete from sessions where user_id in (select id from followed)), "
    "revoked as (update api_keys set revoked_at = now() "
    "where $3 is not null and revoked_at is null and user_id in (select id from followed)) "
    "select id from followed"};

// Accounts that were made or given another address by a server that knows no keys; the oldest first.
const store::Statement kFindWithoutKey{
    "bootstrap_find_without_key",
    "select id, email from users where email_key_of is distinct from email order by id"};
// Does nothing when the address is the one of another account, or is another one by now.
const store::Statement kSetKey{
    "bootstrap_set_key",
    "update users set email_key = $2, email_key_of = $3 where id = $1 and email = $3 and not exists "
    "(select from users where email_key = $2 and email_key_of = email and id <> $1) returning id"};

enum class Outcome { settled, overtaken };

constexpr auto kNoAddress = "The e-mail address in the administrator's Secret is none: it is too long.";
constexpr auto kTaken =
    "The e-mail address in the administrator's Secret is the one of another user; the administrator was left "
    "unchanged. Choose another address or change that user's.";

struct Account {
    std::string id;
    std::string email;
    std::string bootstrap_hash;
};

/// nullopt when there is none yet.
common::Task<Result<std::optional<Account>>> find(store::Database& database) {
    const auto rows = co_await database.query(kFind, {});
    if (!rows) co_return tl::unexpected(Error(rows.error()));
    if (rows->empty()) co_return std::nullopt;
    co_return Account{std::string(rows->text(0, 0)), std::string(rows->text(0, 1)),
                      std::string(rows->text(0, 2))};
}

common::Task<Result<Outcome>> create(store::Database& database, PasswordHasher& hasher, std::string email,
                                     std::string password) {
    auto hash = co_await hasher.hash(std::move(password));
    if (!hash) co_return tl::unexpected(std::move(hash.error()));
    std::string key = email_key(email);
    std::vector<store::Step> steps;
    steps.push_back({&kCreate, {store::make_uuid(), std::move(email), std::move(*hash), std::move(key)}});
    const auto created = co_await database.transaction(std::move(steps));
    if (!created) co_return tl::unexpected(Error(created.error()));
    if (!created->front().empty()) {
        common::log::info("Created the administrator");
        co_return Outcome::settled;
    }
    const auto other = co_await find(database);
    if (!other) co_return tl::unexpected(other.error());
    if (!*other) co_return fail(ErrorKind::conflict, kTaken);
    co_return Outcome::overtaken;
}

common::Task<Result<Outcome>> follow(store::Database& database, PasswordHasher& hasher,
                                     CredentialCache& cache, Account account, std::string email,
                                     std::string password) {
    const auto same_password = co_await hasher.verify(account.bootstrap_hash, password);
    if (!same_password) co_return tl::unexpected(same_password.error());
    if (*same_password && email == account.email) co_return Outcome::settled;

    std::optional<std::string> hash;
    if (!*same_password) {
        auto hashed = co_await hasher.hash(std::move(password));
        if (!hashed) co_return tl::unexpected(std::move(hashed.error()));
        hash = std::move(*hashed);
    }
    std::string key = email_key(email);
    std::vector<store::Step> steps;
    steps.push_back({&kLockUser, {account.id}});
    steps.push_back({&kFollow,
                     {account.id, std::move(email), std::move(hash), std::move(account.email),
                      std::move(account.bootstrap_hash), std::move(key)}});
    const auto followed = co_await database.transaction(std::move(steps));
    if (!followed && followed.error().kind == ErrorKind::conflict)
        co_return fail(ErrorKind::conflict, kTaken);
    if (!followed) co_return tl::unexpected(Error(followed.error()));
    if (followed->back().empty()) co_return Outcome::overtaken;
    cache.forget_user(account.id);
    common::log::info("Changed the administrator as its Secret was", {{"passwordReset", !*same_password}});
    co_return Outcome::settled;
}

/// Gives every account its key but one whose address another has.
common::Task<Result<void>> fill_keys(store::Database& database) {
    const auto users = co_await database.query(kFindWithoutKey, {});
    if (!users) co_return tl::unexpected(Error(users.error()));
    for (std::size_t row = 0; row < users->size(); ++row) {
        const std::string id(users->text(row, 0));
        std::string key = email_key(users->text(row, 1));
        if (key.empty()) continue;
        std::vector<store::Step> steps;
        steps.push_back({&kSetKey, {id, std::move(key), users->value(row, 1)}});
        const auto set = co_await database.transaction(std::move(steps));
        if (!set && set.error().kind != ErrorKind::conflict) co_return tl::unexpected(Error(set.error()));
        if (!set || set->front().empty())
            common::log::warning("Two users have the same e-mail address: one should get another",
                                 {{"user", id}});
    }
    co_return Result<void>();
}

}  // namespace

common::Task<Result<void>> follow_secret(store::Database& database, PasswordHasher& hasher,
                                         CredentialCache& cache, std::string email, std::string password) {
    if (email_key(email).empty()) co_return fail(ErrorKind::invalid, kNoAddress);
    if (auto filled = co_await fill_keys(database); !filled) co_return filled;
    // Who is overtaken finds what another replica has done, which was given the same Secret.
    for (;;) {
        auto account = co_await find(database);
        if (!account) co_return tl::unexpected(std::move(account.error()));
        Result<Outcome> outcome = Outcome::overtaken;
        if (*account)
            outcome = co_await follow(database, hasher, cache, **std::move(account), email, password);
        else
            outcome = co_await create(database, hasher, email, password);
        if (!outcome) co_return tl::unexpected(outcome.error());
        if (*outcome == Outcome::settled) co_return Result<void>();
    }
}

}  // namespace identity
