// The HTTP API of the CRM: route, authenticate, handle, and one shape for every reply.
#pragma once

#include "common/http/message.h"
#include "common/task.h"
#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"

namespace api {

/// Belongs to the event loop of its accounts and routes, which outlive it.
///
/// It sets no deadline of its own: all that a handler waits for, the database, the password hasher and other
/// logins, is bounded by DatabaseConfig, PasswordHasherConfig and LoginGateOptions.
class Application {
  public:
    Application(const Router& router, identity::Accounts& accounts) : router_(router), accounts_(accounts) {}

    /// Until this is called every request is answered with 503: the database is not there, or not migrated
    /// yet.
    void open() { open_ = true; }

    /// The request outlives the task.
    common::Task<common::http::Response> answer(const common::http::Request& request);

  private:
    common::Task<Reply> dispatch(const common::http::Request& request);

    const Router& router_;
    identity::Accounts& accounts_;
    bool open_ = false;
};

}  // namespace api
