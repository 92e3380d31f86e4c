// Who may use the CRM: users, their sessions and API keys. What one may do, all may.
//
// Tokens are 256 random bits and only their SHA-256 is stored; passwords are stored as Argon2id.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/identity/password_hasher.h"
#include "crm-server/store/database.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace identity {

/// Whom a request comes from.
struct Principal {
    enum class Credential { session, api_key };

    std::string user_id;
    Credential credential = Credential::session;
    std::string credential_id;

    /// Names the credential in audit records: "user:<id>" or "api-key:<id>".
    std::string actor() const;
};

struct Session {
    std::string token;       // the secret itself, given out this once
    std::string expires_at;  // RFC 3339
};

struct ApiKey {
    std::string id;
    std::string name;
    std::string created_at;  // RFC 3339
};

struct NewApiKey {
    ApiKey key;
    std::string secret;  // "crm_…", given out this once
};

struct AccountsConfig {
    std::chrono::seconds session_lifetime = std::chrono::hours(12);
    /// How long a successful authentication is believed without asking the database; a credential revoked by
    /// another replica works here for at most this long.
    std::chrono::milliseconds cache_lifetime{5000};
    std::size_t cache_size = 10'000;
};

/// Belongs to the thread of its Database.
class Accounts {
  public:
    Accounts(store::Database& database, PasswordHasher& hasher, AccountsConfig config = {});
    ~Accounts();
    Accounts(const Accounts&) = delete;
    Accounts& operator=(const Accounts&) = delete;

    /// `email` in any way of writing it: see email_key(). unauthorized when email or password is wrong,
    /// without telling which, also by the time it takes; throttled when too many logins wait.
    common::Task<Result<Session>> login(std::string email, std::string password);

    /// The owner of a session token or API key; unauthorized when it is unknown, expired or revoked.
    common::Task<Result<Principal>> authenticate(std::string token);

    /// Ends the session that `principal` came with; invalid for an API key. At once on this replica.
    common::Task<Result<void>> logout(Principal principal);

    /// `name` has 1 to 200 characters; invalid otherwise. unauthorized when the credential was ended
    /// meanwhile, also on another replica.
    common::Task<Result<NewApiKey>> create_api_key(Principal principal, std::string name);

    /// Those of the principal's user that are not revoked, newest first.
    common::Task<Result<std::vector<ApiKey>>> api_keys(Principal principal);

    /// At once on this replica. not_found when the user has no such key.
    common::Task<Result<void>> revoke_api_key(Principal principal, std::string id);

    /// Makes the administrator what its Secret says. It is one account for ever: with another `email` it gets
    /// that address, and its sessions end. When `password` is not the one given here last time (its Secret
    /// was made anew) it becomes the password, its sessions end and its API keys are revoked; otherwise a
    /// password changed since is kept. conflict when another user has the address: then nothing is changed.
    common::Task<Result<void>> bootstrap_admin(std::string email, std::string password);

    /// Whether anybody could log in.
    common::Task<Result<bool>> has_users();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace identity
