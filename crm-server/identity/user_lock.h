// The lock that orders what gives credentials and what takes them away.
#pragma once

#include "crm-server/store/database.h"

namespace identity {

/// First step of a transaction about the credentials of user $1. The steps after it see what was committed
/// before it had the lock: without it, a login that checked the old password could commit after the sessions
/// of that password were ended.
inline const store::Statement kLockUser{"lock_user", "select from users where id = $1 for no key update"};

}  // namespace identity
