// PostgreSQL for coroutines: pipelined reads, whole transactions in one flush. libpq stays behind it.
//
// A Database belongs to one io_context, and all its functions are called on the thread that runs it. It
// connects by itself, and again with a growing pause when the server goes away. Statements are prepared on a
// connection when they are first used there, which costs no round trip; times come back in UTC.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/store/connection_settings.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

struct pg_result;

namespace store {

/// An Error with what PostgreSQL said: conflict for 23505, invalid for 22xxx and the other 23xxx, unavailable
/// for lost or refused connections, timeout for 57014, throttled for deadlocks that retries did not get past.
struct SqlError : Error {
    std::string sqlstate = {};    // empty when the error is not the server's
    std::string constraint = {};  // the violated constraint: "contacts_company_id_fkey"
    /// The transaction took effect, only its answer was lost with the connection.
    bool committed = false;
};
template <class T>
using SqlResult = tl::expected<T, SqlError>;

/// One statement, given by a constant or a generated value that outlives the Database.
struct Statement {
    std::string name;  // unique for its sql, at most 63 bytes
    std::string sql;   // parameters are $1, $2, …
};

/// Text forms; nullopt is NULL. Must not contain NUL characters: a text parameter ends there.
using Parameters = std::vector<std::optional<std::string>>;

struct Step {
    const Statement* statement;
    Parameters parameters;
};

/// The rows a statement gave. Views point into it.
class Rows {
  public:
    explicit Rows(pg_result* result);

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::string_view text(std::size_t row, std::size_t column) const;  // empty for NULL
    bool is_null(std::size_t row, std::size_t column) const;
    std::optional<std::string> value(std::size_t row, std::size_t column) const;

    const pg_result* handle() const { return result_.get(); }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

/// What reads are answered in the order of asking: those of one lane do not wait behind those of another.
enum class Lane {
    points,  // one row by its key
    lists,   // what may take its time
};

/// One session for reads and one for transactions.
inline constexpr int kFewestConnections = 2;
/// From so many on, lists have a session of their own.
inline constexpr int kFewestConnectionsWithLanes = 4;
inline constexpr int kUsualConnections = 9;

struct DatabaseConfig {
    ConnectionSettings connection;
    /// Sessions at once, at most and all in all; at least kFewestConnections. One of each lane is shared by
    /// its reads.
    int connections = kUsualConnections;
    /// All but that of the points are opened when they are needed, and given back when they were not for this
    /// long.
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds connect_timeout{5000};
    /// The server gives up on a statement after this; a connection silent for a second more is dropped.
    std::chrono::milliseconds statement_timeout{5000};
    /// How long a call waits for a usable connection before it fails with unavailable.
    std::chrono::milliseconds patience{1000};
    /// Calls ride out an outage: until it has lasted this long they wait for its end and are repeated, so
    /// that a database that is restarted costs time and no request. After that, patience is what counts.
    std::chrono::milliseconds ride_out{15'000};
};

class ConnectionPool;

class Database {
  public:
    Database(boost::asio::io_context& loop, DatabaseConfig config);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// One statement that only reads, on a shared connection. It is sent again when the connection breaks.
    common::Task<SqlResult<Rows>> query(const Statement& statement, Parameters parameters,
                                        Lane lane = Lane::points);

    /// The steps as one transaction in one flush, on a connection of its own; all of them or nothing.
    /// Repeated when PostgreSQL has rolled it back (serialisation failure, deadlock).
    ///
    /// When the connection breaks after sending, the outcome is unknown. `proof` finds it out afterwards: it
    /// gives a row exactly when the transaction took effect. If it did not, the steps are sent again; if it
    /// did, the error has `committed`. Without a proof the error is unavailable.
    common::Task<SqlResult<std::vector<Rows>>> transaction(std::vector<Step> steps,
                                                           std::optional<Step> proof = std::nullopt);

    /// A transaction whose steps depend on what it reads: `read` locks what it gives, and `decide` says what
    /// is to be done with that; nullopt: nothing. Gives the rows of `read` and then those of the steps.
    /// Repeated as the one above, and `decide` with it. `proof` is as above, and must not depend on the
    /// attempt.
    using Decide = std::function<std::optional<std::vector<Step>>(const Rows&)>;
    common::Task<SqlResult<std::vector<Rows>>> transaction(Step read, Decide decide, Step proof);

    /// Connections that can be used now.
    std::size_t connected() const;

  private:
    std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace store
