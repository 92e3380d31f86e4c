#include "crm-server/store/database.h"

#include "crm-server/store/connection_pool.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

namespace store {
namespace {

using Results = SqlResult<std::vector<Rows>>;

constexpr int kMostRepetitions = 5;

SqlError no_connection(std::size_t connected) {
    SqlError error;
    error.kind = ErrorKind::unavailable;
    error.message = connected == 0 ? "The database cannot be reached." : "The database is busy.";
    return error;
}

// The server has not executed it, or it only reads: so doing it again is harmless.
bool repeatable_read(const SqlError& error) {
    return error.kind == ErrorKind::unavailable || error.sqlstate == "26000" ||
           error.kind == ErrorKind::throttled;
}

// Whether it was done is not known: the connection broke, or the server ended it (57P01 to 57P03).
bool answer_lost(const SqlError& error) {
    return error.kind == ErrorKind::unavailable &&
           (error.sqlstate.empty() || error.sqlstate.starts_with("57P"));
}

SqlError committed() {
    SqlError error;
    error.kind = ErrorKind::unavailable;
    error.message = "The change was made, but its answer was lost.";
    error.committed = true;
    return error;
}

// The server says that it rolled back. 26000: an earlier request was to prepare the statement, and failed.
bool rolled_back(const SqlError& error) {
    return error.sqlstate == "40001" || error.sqlstate == "40P01" || error.sqlstate == "26000";
}

common::Task<SqlResult<bool>> gives_row(Connection& connection, const Step& proof) {
    auto result = co_await connection.execute(std::span(&proof, 1));
    if (!result) co_return tl::unexpected(std::move(result.error()));
    co_return !result->front().empty();
}

// What a repetition finds that came after all behind the transaction it repeats: when the connection broke
// and not the server, the session it left may have committed only after the proof was asked for.
bool seems_done_already(const Results& result) {
    return result ? result->back().empty() : result.error().sqlstate == "23505";
}

// Again, for a transaction whose answer was lost.
common::Task<Results> repeat(Connection& connection, const std::vector<Step>& steps, const Step& proof) {
    auto done = co_await gives_row(connection, proof);
    if (!done) co_return tl::unexpected(std::move(done.error()));
    if (*done) co_return tl::unexpected(committed());
    auto result = co_await connection.execute(steps);
    if (!seems_done_already(result)) co_return result;
    done = co_await gives_row(connection, proof);
    if (!done) co_return tl::unexpected(std::move(done.error()));
    if (*done) co_return tl::unexpected(committed());
    co_return result;
}

const Statement kBegin{"begin", "begin"};
const Statement kCommit{"commit", "commit"};
const Statement kRollback{"rollback", "rollback"};

common::Task<void> roll_back(Connection& connection) {
    // A connection that cannot do that any more is closed, which rolls back as well.
    const Step step{&kRollback, {}};
    (void)co_await connection.execute(std::span(&step, 1));
}

// With `proof` when it is not known whether the transaction was made before. Asked behind the lock: who has
// it may be the session that was left, and has committed then.
common::Task<Results> read_and_change(Connection& connection, const Step& read,
                                      const Database::Decide& decide, const Step* proof) {
    std::vector<Step> first{{&kBegin, {}}, read};
    if (proof != nullptr) first.push_back(*proof);
    auto results = co_await connection.execute(first);
    if (!results || (proof != nullptr && !results->back().empty())) {
        co_await roll_back(connection);
        if (results) co_return tl::unexpected(committed());
        co_return results;
    }
    std::vector<Rows> rows;
    rows.push_back(std::move((*results)[1]));
    std::optional<std::vector<Step>> steps = decide(rows.front());
    if (!steps) {
        co_await roll_back(connection);
        co_return rows;
    }
    steps->push_back({&kCommit, {}});
    auto changed = co_await connection.execute(*steps);
    if (!changed) {
        co_await roll_back(connection);
        co_return changed;
    }
    changed->pop_back();
    std::ranges::move(*changed, std::back_inserter(rows));
    co_return rows;
}

/// One attempt at a transaction. `unknown`: an answer was lost before, and it may have been made. No
/// coroutine itself: what it captures lives in its caller's.
using Attempt = std::function<common::Task<Results>(Connection& connection, bool unknown)>;

/// On a connection of its own, and again when PostgreSQL has rolled it back, or when its answer was lost and
/// a proof can tell whether it was made.
common::Task<Results> on_a_writer(std::shared_ptr<ConnectionPool> pool, Attempt attempt, bool has_proof) {
    bool unknown = false;
    for (int repetitions = 0;; ++repetitions) {
        ConnectionPool::Place* place = pool->take_writer();
        if (place == nullptr) place = co_await ConnectionPool::wait_for_writer(pool);
        if (place == nullptr) co_return tl::unexpected(no_connection(pool->connected()));
        const auto connection = place->connection;
        Results result = co_await attempt(*connection, unknown);
        pool->release(*place);

        if (result || result.error().committed || repetitions == kMostRepetitions) co_return result;
        const bool lost = has_proof && answer_lost(result.error());
        if (!lost && !rolled_back(result.error())) co_return result;
        unknown = unknown || lost;
    }
}

}  // namespace

Database::Database(boost::asio::io_context& loop, DatabaseConfig config)
    : pool_(std::make_shared<ConnectionPool>(loop, std::move(config))) {
    pool_->start();
}

Database::~Database() {
    pool_->stop();
}

std::size_t Database::connected() const {
    return pool_->connected();
}

common::Task<SqlResult<Rows>> Database::query(const Statement& statement, Parameters parameters, Lane lane) {
    const auto pool = pool_;
    const Step step{&statement, std::move(parameters)};
    for (int repetitions = 0;; ++repetitions) {
        auto connection = pool->reader(lane);
        if (!connection) connection = co_await ConnectionPool::wait_for_reader(pool, lane);
        if (!connection) co_return tl::unexpected(no_connection(pool->connected()));
        auto result = co_await connection->execute(std::span(&step, 1));
        if (result) co_return std::move(result->front());
        if (repetitions == kMostRepetitions || !repeatable_read(result.error()))
            co_return tl::unexpected(std::move(result.error()));
    }
}

common::Task<SqlResult<std::vector<Rows>>> Database::transaction(std::vector<Step> steps,
                                                                 std::optional<Step> proof) {
    co_return co_await on_a_writer(
        pool_,
        [&](Connection& connection, bool unknown) {
            return unknown ? repeat(connection, steps, *proof) : connection.execute(steps);
        },
        proof.has_value());
}

common::Task<SqlResult<std::vector<Rows>>> Database::transaction(Step read, Decide decide, Step proof) {
    co_return co_await on_a_writer(
        pool_,
        [&](Connection& connection, bool unknown) {
            return read_and_change(connection, read, decide, unknown ? &proof : nullptr);
        },
        true);
}

}  // namespace store
