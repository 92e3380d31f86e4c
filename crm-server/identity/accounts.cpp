#include "crm-server/identity/accounts.h"

#include "common/sha256.h"
#include "crm-server/identity/bootstrap.h"
#include "crm-server/identity/credential_cache.h"
#include "crm-server/identity/email_key.h"
#include "crm-server/identity/user_lock.h"
#include "crm-server/store/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include <openssl/rand.h>

namespace identity {
namespace {

constexpr std::string_view kApiKeyPrefix = "crm_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMostKeyName = 200;

// The account with the key, and those without one, which an older server has made or changed beside this one.
// One statement for both: whether an address is known must not show by the time that a second one takes.
const store::Statement kFindUser{
    "account_find_user",
    "select id, password_hash, email, coalesce(email_key_of = email, false) from users "
    "where (email_key = $1 and email_key_of = email) or email_key_of is distinct from email"};
const store::Statement kAnyUser{"account_any_user", "select from users limit 1"};
const store::Statement kEndOldSessions{"account_end_old_sessions",
                                       "delete from sessions where user_id = $1 and expires_at < now()"};
// Nothing when the password is no longer the one that was checked.
const store::Statement kStartSession{
    "account_start_session",
    "insert into sessions (id, token_hash, user_id, expires_at) "
    "select $1::uuid, $2::bytea, id, now() + $3::bigint * interval '1 second' from users "
    "where id = $4 and password_hash = $5 returning expires_at"};
const store::Statement kSessionStarted{"account_session_started",
                                       "select expires_at from sessions where id = $1"};
const store::Statement kEndSession{"account_end_session", "delete from sessions where id = $1"};
const store::Statement kSessionEnded{"account_session_ended",
                                     "select where not exists (select from sessions where id = $1)"};
const store::Statement kFindSession{
    "account_find_session",
    "select id, user_id, floor(extract(epoch from expires_at - now()) * 1000)::bigint "
    "from sessions where token_hash = $1::bytea and expires_at > now()"};
const store::Statement kFindApiKey{"account_find_api_key",
                                   "select id, user_id, null::bigint "
                                   "from api_keys where secret_hash = $1::bytea and revoked_at is null"};
// Nothing when the credential that it is made with was ended meanwhile: one revoked on another replica may
// still be believed here, and must not outlive itself by a key.
const store::Statement kCreateApiKey{
    "account_create_api_key",
    "insert into api_keys (id, secret_hash, user_id, name) "
    "select $1::uuid, $2::bytea, $3::uuid, $4::text "
    "where exists (select from sessions where id = $5::uuid and expires_at > now()) "
    "or exists (select from api_keys where id = $5::uuid and revoked_at is null) returning created_at"};
const store::Statement kApiKeyCreated{"account_api_key_created",
                                      "select created_at from api_keys where id = $1"};
const store::Statement kListApiKeys{
    "account_list_api_keys",
    "select id, name, created_at from api_keys "
    "where user_id = $1 and revoked_at is null order by created_at desc, id desc"};
const store::Statement kRevokeApiKey{"account_revoke_api_key",
                                     "update api_keys set revoked_at = now() "
                                     "where id = $1 and user_id = $2 and revoked_at is null returning id"};
// True too when it was revoked before: to a client whose request was answered by nobody that is the same.
const store::Statement kApiKeyRevoked{
    "account_api_key_revoked",
    "select from api_keys where id = $1 and user_id = $2 and revoked_at is not null"};

constexpr auto kWrongLogin = "The e-mail address or the password is wrong.";
constexpr auto kUnknownToken = "The token is unknown, expired or revoked.";

tl::unexpected<Error> unauthorized(std::string message) {
    return fail(ErrorKind::unauthorized, std::move(message));
}

std::string random_secret() {
    std::array<unsigned char, kSecretBytes> bytes{};
    // Without randomness the secret could be guessed: there is no going on.
    if (RAND_bytes(bytes.data(), kSecretBytes) != 1) std::abort();
    return store::base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The text form of a bytea.
std::string bytea_digest(std::string_view secret) {
    return "\\x" + common::sha256_hex(secret);
}

std::string rfc3339(std::string_view postgres_text) {
    std::string text;
    store::append_timestamp(text, postgres_text);
    return text;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// A secret as we hand them out; anything else is not worth a query.
bool may_be_secret(std::string_view token) {
    if (token.starts_with(kApiKeyPrefix)) token.remove_prefix(kApiKeyPrefix.size());
    const auto bytes = token.size() <= 64 ? store::from_base64url(token) : std::nullopt;
    return bytes && bytes->size() == kSecretBytes;
}

/// Which of the rows of kFindUser is the account with the address. Two can be only where addresses that are
/// the same now were not when the accounts were made: then how it is written decides.
std::optional<std::size_t> pick(const store::Rows& users, std::string_view email, std::string_view key) {
    constexpr std::string_view kTrue = "t";
    std::optional<std::size_t> found;
    for (std::size_t row = 0; row < users.size(); ++row) {
        const std::string_view written = users.text(row, 2);
        const bool keyed = users.text(row, 3) == kTrue;
        if (key.empty() || (!keyed && email_key(written) != key)) continue;
        if (written == email) return row;
        if (!found || keyed) found = row;
    }
    return found;
}

Principal principal_of(const store::Rows& rows, bool api_key) {
    return {.user_id = std::string(rows.text(0, 1)),
            .credential = api_key ? Principal::Credential::api_key : Principal::Credential::session,
            .credential_id = std::string(rows.text(0, 0))};
}

}  // namespace

std::string Principal::actor() const {
    return credential == Credential::api_key ? "api-key:" + credential_id : "user:" + user_id;
}

struct Accounts::Impl {
    Impl(store::Database& db, PasswordHasher& h, AccountsConfig c)
        : database(db), hasher(h), config(c), cache(c.cache_size) {}

    // When a credential found now is to be looked up again.
    CredentialCache::Clock::time_point believe_until(const store::Rows& rows) const {
        auto lifetime = config.cache_lifetime;
        if (!rows.is_null(0, 2)) {
            const std::string_view text = rows.text(0, 2);
            std::int64_t left = 0;
            std::from_chars(text.data(), text.data() + text.size(), left);
            lifetime = std::min(lifetime, std::chrono::milliseconds(left));
        }
        return CredentialCache::Clock::now() + lifetime;
    }

    /// Adds a row, whatever becomes of the answer: `added` reads what the insertion, the last of the steps,
    /// returns. That time as RFC 3339; unauthorized when nothing was inserted.
    common::Task<Result<std::string>> insert(std::vector<store::Step> steps, store::Step added,
                                             const char* refusal) {
        const auto results = co_await database.transaction(std::move(steps), added);
        if (results && results->back().empty()) co_return unauthorized(refusal);
        if (results) co_return rfc3339(results->back().text(0, 0));
        if (!results.error().committed) co_return tl::unexpected(Error(results.error()));
        const auto rows = co_await database.query(*added.statement, std::move(added.parameters));
        if (!rows) co_return tl::unexpected(Error(rows.error()));
        if (rows->empty()) co_return unauthorized(refusal);
        co_return rfc3339(rows->text(0, 0));
    }

    store::Database& database;
    PasswordHasher& hasher;
    const AccountsConfig config;
    CredentialCache cache;
};

Accounts::Accounts(store::Database& database, PasswordHasher& hasher, AccountsConfig config)
    : impl_(std::make_unique<Impl>(database, hasher, config)) {}

Accounts::~Accounts() = default;

common::Task<Result<Session>> Accounts::login(std::string email, std::string password) {
    const std::string key = email_key(email);
    const auto users = co_await impl_->database.query(kFindUser, store::Parameters{key});
    if (!users) co_return tl::unexpected(Error(users.error()));
    const std::optional<std::size_t> user = pick(*users, email, key);
    Result<bool> right = false;
    if (!user)
        right = co_await impl_->hasher.verify_nobody(std::move(password));
    else
        right = co_await impl_->hasher.verify(std::string(users->text(*user, 1)), std::move(password));
    if (!right) co_return tl::unexpected(std::move(right.error()));
    if (!*right) co_return unauthorized(kWrongLogin);

    const std::string id = store::make_uuid();
    const std::string user_id(users->text(*user, 0));
    std::string token = random_secret();
    std::vector<store::Step> steps;
    steps.push_back({&kLockUser, {user_id}});
    steps.push_back({&kEndOldSessions, {user_id}});
    steps.push_back({&kStartSession,
                     {id, bytea_digest(token), std::to_string(impl_->config.session_lifetime.count()),
                      user_id, users->value(*user, 1)}});
    auto expires_at = co_await impl_->insert(std::move(steps), {&kSessionStarted, {id}}, kWrongLogin);
    if (!expires_at) co_return tl::unexpected(std::move(expires_at.error()));
    co_return Session{std::move(token), std::move(*expires_at)};
}

common::Task<Result<Principal>> Accounts::authenticate(std::string token) {
    std::string digest = common::sha256(token);
    if (auto known = impl_->cache.find(digest, CredentialCache::Clock::now())) co_return std::move(*known);
    if (!may_be_secret(token)) co_return unauthorized(kUnknownToken);
    const bool api_key = token.starts_with(kApiKeyPrefix);
    const auto generation = impl_->cache.generation();
    const auto rows = co_await impl_->database.query(api_key ? kFindApiKey : kFindSession,
                                                     store::Parameters{bytea_digest(token)});
    if (!rows) co_return tl::unexpected(Error(rows.error()));
    if (rows->empty()) co_return unauthorized(kUnknownToken);
    Principal principal = principal_of(*rows, api_key);
    impl_->cache.remember(std::move(digest), principal, impl_->believe_until(*rows), generation);
    co_return principal;
}

common::Task<Result<void>> Accounts::logout(Principal principal) {
    if (principal.credential != Principal::Credential::session)
        co_return fail(ErrorKind::invalid, "An API key has no session to end: revoke it instead.");
    std::vector<store::Step> steps;
    steps.push_back({&kEndSession, {principal.credential_id}});
    const auto ended = co_await impl_->database.transaction(
        std::move(steps), store::Step{&kSessionEnded, {principal.credential_id}});
    if (!ended && !ended.error().committed) co_return tl::unexpected(Error(ended.error()));
    impl_->cache.forget(principal.credential_id);
    co_return Result<void>();
}

common::Task<Result<NewApiKey>> Accounts::create_api_key(Principal principal, std::string name) {
    if (name.empty() || characters(name) > kMostKeyName || name.find('\0') != std::string::npos)
        co_return fail(ErrorKind::invalid, "The name of an API key has 1 to 200 characters.");
    NewApiKey created{{store::make_uuid(), std::move(name), {}},
                      std::string(kApiKeyPrefix) + random_secret()};
    std::vector<store::Step> steps;
    steps.push_back({&kLockUser, {principal.user_id}});
    steps.push_back({&kCreateApiKey,
                     {created.key.id, bytea_digest(created.secret), principal.user_id, created.key.name,
                      principal.credential_id}});
    auto created_at =
        co_await impl_->insert(std::move(steps), {&kApiKeyCreated, {created.key.id}}, kUnknownToken);
    if (!created_at) co_return tl::unexpected(std::move(created_at.error()));
    created.key.created_at = std::move(*created_at);
    co_return created;
}

common::Task<Result<std::vector<ApiKey>>> Accounts::api_keys(Principal principal) {
    const auto rows = co_await impl_->database.query(kListApiKeys, store::Parameters{principal.user_id});
    if (!rows) co_return tl::unexpected(Error(rows.error()));
    std::vector<ApiKey> keys;
    keys.reserve(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row)
        keys.push_back(
            {std::string(rows->text(row, 0)), std::string(rows->text(row, 1)), rfc3339(rows->text(row, 2))});
    co_return keys;
}

common::Task<Result<void>> Accounts::revoke_api_key(Principal principal, std::string id) {
    constexpr auto kNone = "There is no such API key.";
    if (!store::is_uuid(id)) co_return fail(ErrorKind::not_found, kNone);
    std::vector<store::Step> steps;
    steps.push_back({&kRevokeApiKey, {id, principal.user_id}});
    const auto revoked = co_await impl_->database.transaction(
        std::move(steps), store::Step{&kApiKeyRevoked, {id, principal.user_id}});
    if (!revoked && !revoked.error().committed) co_return tl::unexpected(Error(revoked.error()));
    if (revoked && revoked->front().empty()) co_return fail(ErrorKind::not_found, kNone);
    impl_->cache.forget(id);
    co_return Result<void>();
}

common::Task<Result<void>> Accounts::bootstrap_admin(std::string email, std::string password) {
    return follow_secret(impl_->database, impl_->hasher, impl_->cache, std::move(email), std::move(password));
}

common::Task<Result<bool>> Accounts::has_users() {
    const auto rows = co_await impl_->database.query(kAnyUser, {});
    if (!rows) co_return tl::unexpected(Error(rows.error()));
    co_return !rows->empty();
}

}  // namespace identity
