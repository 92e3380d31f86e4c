// The account of the administrator, which follows the Secret of the instance. Used by Accounts only.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/identity/credential_cache.h"
#include "crm-server/identity/password_hasher.h"
#include "crm-server/store/database.h"

#include <string>

namespace identity {

/// Does what Accounts::bootstrap_admin says. Several replicas may do it at the same time. The references
/// outlive the task.
common::Task<Result<void>> follow_secret(store::Database& database, PasswordHasher& hasher,
                                         CredentialCache& cache, std::string email, std::string password);

}  // namespace identity
