// What the files that talk to libpq share. Nothing outside them includes it.
#pragma once

#include "crm-server/store/connection_settings.h"
#include "crm-server/store/database.h"

#include <chrono>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <vector>

namespace store::libpq {

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ConnectionPtr = std::unique_ptr<PGconn, Finish>;

/// The error of a result or, when the server sent none, of the connection.
SqlError error_of(const PGresult* result);
SqlError lost(const PGconn* connection);

/// Settings of a session in the form of PQconnectStartParams, each value as it is: nothing is encoded.
class SessionParameters {
  public:
    SessionParameters(const ConnectionSettings& settings, std::chrono::milliseconds statement_timeout);

    /// `keyword` is a literal; the last value of a keyword counts. Not to be called after keywords() or
    /// values().
    void set(const char* keyword, std::string value);
    /// Arrays that end with null, valid as long as this object.
    const char* const* keywords();
    const char* const* values();

  private:
    std::vector<const char*> keywords_;
    std::vector<std::string> values_;
    std::vector<const char*> value_pointers_;
};

}  // namespace store::libpq
