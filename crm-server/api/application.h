// The HTTP API of the CRM: route, authenticate, handle, and one shape for every reply.
#pragma once

#include "common/http/message.h"
#include "common/http/server.h"
#include "common/task.h"
#include "crm-server/api/router.h"
#include "crm-server/identity/accounts.h"

#include <cstddef>

#include <tl/expected.hpp>

namespace api {

/// The longest body, in bytes; and the longest from whoever needs no credential, or for a route that makes
/// nothing of a body.
inline constexpr std::size_t kLargestBody = std::size_t{1024} * 1024;
inline constexpr std::size_t kSmallBody = std::size_t{16} * 1024;

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

    /// For http::Server: what answer() would refuse whatever the body is, is refused before the body is read;
    /// how long the others may be. answer() asks all of it again, since a credential may end while its body
    /// arrives.
    common::Task<common::http::Admission> admit_body(const common::http::Request& request);

  private:
    /// Who calls: nobody for what is open to anyone. Refuses what can be seen by the header to be wrong.
    common::Task<tl::expected<identity::Principal, Problem>> admit(const common::http::Request& request,
                                                                   const Match& match);
    common::Task<Reply> dispatch(const common::http::Request& request, const Match& match);

    const Router& router_;
    identity::Accounts& accounts_;
    bool open_ = false;
};

}  // namespace api
