#include "crm-server/identity/bootstrap.h"

#include "common/log.h"
#include "crm-server/identity/user_lock.h"
#include "crm-server/store/text.h"

#include <optional>
#include <utility>
#include <vector>

namespace identity {
namespace {

const store::Statement kFind{"bootstrap_find",
                             "select id, email, bootstrap_hash from users where bootstrap_hash is not null"};
const store::Statement kCreate{"bootstrap_create",
                               "insert into users (id, email, password_hash, bootstrap_hash) "
                               "values ($1, $2, $3, $3) on conflict do nothing returning id"};
// Does nothing when the account is not as it was found ($4, $5). A new password ($3, null to keep the old)
// comes with the loss of the old one: whoever has that may have made API keys too.
const store::Statement kFollow{
    "bootstrap_follow",
    "with followed as (update users set email = $2, password_hash = coalesce($3, password_hash), "
    "bootstrap_hash = coalesce($3, bootstrap_hash) "
    "where id = $1 and email = $4 and bootstrap_hash = $5 returning id), "
    "ended as (delete from sessions where user_id in (select id from followed)), "
    "revoked as (update api_keys set revoked_at = now() "
    "where $3 is not null and revoked_at is null and user_id in (select id from followed)) "
    "select id from followed"};

enum class Outcome { settled, overtaken };

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
    std::vector<store::Step> steps;
    steps.push_back({&kCreate, {store::make_uuid(), std::move(email), std::move(*hash)}});
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
    std::vector<store::Step> steps;
    steps.push_back({&kLockUser, {account.id}});
    steps.push_back({&kFollow,
                     {account.id, std::move(email), std::move(hash), std::move(account.email),
                      std::move(account.bootstrap_hash)}});
    const auto followed = co_await database.transaction(std::move(steps));
    if (!followed && followed.error().kind == ErrorKind::conflict)
        co_return fail(ErrorKind::conflict, kTaken);
    if (!followed) co_return tl::unexpected(Error(followed.error()));
    if (followed->back().empty()) co_return Outcome::overtaken;
    cache.forget_user(account.id);
    common::log::info("Changed the administrator as its Secret was", {{"passwordReset", !*same_password}});
    co_return Outcome::settled;
}

}  // namespace

common::Task<Result<void>> follow_secret(store::Database& database, PasswordHasher& hasher,
                                         CredentialCache& cache, std::string email, std::string password) {
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
