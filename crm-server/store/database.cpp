#include "crm-server/store/database.h"

#include "common/log.h"
#include "crm-server/store/connection.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace store {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
constexpr asio::use_awaitable_t<Executor> kAwait;

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::milliseconds kSupervision{500};
constexpr int kMostRepetitions = 5;

// A session to be: the connection comes and goes, the place stays.
struct Place {
    std::shared_ptr<Connection> connection;  // null between two attempts
    bool wanted = false;                     // a coroutine keeps it connected
    bool taken = false;                      // by a transaction

    bool usable() const { return connection && connection->usable(); }
    bool idle() const { return usable() && !taken; }
};

// A coroutine that waits for a connection.
struct Waiter {
    Timer timer;
    Place* given = nullptr;

    Waiter(const Executor& executor, Clock::time_point deadline) : timer(executor, deadline) {}
};
using Waiters = std::deque<Waiter*>;

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

}  // namespace

class Database::Impl : public std::enable_shared_from_this<Database::Impl> {
  public:
    Impl(asio::io_context& loop, DatabaseConfig config)
        : loop_(loop),
          config_(std::move(config)),
          readers_(static_cast<std::size_t>(config_.read_connections)),
          writers_(static_cast<std::size_t>(config_.write_connections)),
          supervision_(loop.get_executor()) {}

    void start() {
        for (Place& place : readers_) want(place);
        // Further writers are opened when transactions wait for one: most instances never need them.
        want(writers_.front());
        asio::co_spawn(loop_.get_executor(), supervise(shared_from_this()), finished);
    }

    void stop() {
        stopping_ = true;
        supervision_.cancel();
        for (auto* places : {&readers_, &writers_})
            for (Place& place : *places)
                if (place.connection) place.connection->close();
        for (auto* waiters : {&read_waiters_, &write_waiters_})
            for (Waiter* waiter : *waiters) waiter->timer.cancel();
        for (Timer* pause : pauses_) pause->cancel();
    }

    std::size_t connected() const {
        return static_cast<std::size_t>(std::ranges::count_if(readers_, &Place::usable) +
                                        std::ranges::count_if(writers_, &Place::usable));
    }

    /// The shared connection with the shortest queue; null when none is usable.
    std::shared_ptr<Connection> reader() {
        const Place* best = nullptr;
        for (const Place& place : readers_)
            if (place.usable() && (!best || place.connection->pending() < best->connection->pending()))
                best = &place;
        return best == nullptr ? nullptr : best->connection;
    }

    static common::Task<std::shared_ptr<Connection>> wait_for_reader(std::shared_ptr<Impl> self) {
        const auto asked = Clock::now();
        while (!self->stopping_ && Clock::now() < self->give_up_at(asked)) {
            Waiter waiter(self->loop_.get_executor(), self->give_up_at(asked));
            co_await self->wait(self->read_waiters_, waiter);
            if (auto connection = self->reader()) co_return connection;
        }
        co_return nullptr;
    }

    /// A writer that is the caller's until release(); null when there is none now.
    Place* take_writer() {
        const auto idle = std::ranges::find_if(writers_, &Place::idle);
        if (idle == writers_.end() || !write_waiters_.empty()) return nullptr;
        idle->taken = true;
        return &*idle;
    }

    static common::Task<Place*> wait_for_writer(std::shared_ptr<Impl> self) {
        const auto asked = Clock::now();
        const auto another = std::ranges::find_if(self->writers_, [](const Place& p) { return !p.wanted; });
        if (another != self->writers_.end() && self->connected() > 0) self->want(*another);
        while (!self->stopping_ && Clock::now() < self->give_up_at(asked)) {
            Waiter waiter(self->loop_.get_executor(), self->give_up_at(asked));
            co_await self->wait(self->write_waiters_, waiter);
            if (waiter.given != nullptr) co_return waiter.given;
        }
        co_return nullptr;
    }

    void release(Place& place) {
        place.taken = false;
        hand_out(place);
    }

  private:
    static void finished(std::exception_ptr error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            common::log::error("A database coroutine ended", {{"error", e.what()}});
        }
    }

    /// Of a call that began to wait at `asked`. An outage may begin or end while it waits; when it ends with
    /// the first connection, the others are still to come.
    Clock::time_point give_up_at(Clock::time_point asked) const {
        const auto patient = std::max(asked, outage_ended_) + config_.patience;
        return outage_began_ ? std::max(patient, *outage_began_ + config_.ride_out) : patient;
    }

    void want(Place& place) {
        place.wanted = true;
        asio::co_spawn(loop_.get_executor(), keep_connected(shared_from_this(), &place), finished);
    }

    common::Task<void> wait(Waiters& waiters, Waiter& waiter) {
        waiters.push_back(&waiter);
        error_code ec;
        co_await waiter.timer.async_wait(asio::redirect_error(kAwait, ec));
        std::erase(waiters, &waiter);
    }

    // To the transaction that has waited longest.
    void hand_out(Place& place) {
        if (!place.idle() || write_waiters_.empty()) return;
        Waiter* next = write_waiters_.front();
        write_waiters_.pop_front();
        place.taken = true;
        next->given = &place;
        next->timer.cancel();
    }

    static common::Task<void> keep_connected(std::shared_ptr<Impl> self, Place* place) {
        auto pause = kFirstPause;
        while (!self->stopping_) {
            place->connection = std::make_shared<Connection>(self->loop_, self->config_);
            const auto connected = co_await place->connection->connect();
            if (connected) {
                pause = kFirstPause;
                self->arrived(*place);
                const Error why = co_await place->connection->serve();
                self->report(why);
            } else {
                self->report(connected.error());
            }
            place->connection.reset();
            if (self->connected() == 0 && !self->outage_began_) self->outage_began_ = Clock::now();
            if (self->stopping_) break;
            co_await self->sleep(pause);
            pause = std::min(pause * 2, kLongestPause);
        }
    }

    void arrived(Place& place) {
        if (outage_began_) outage_ended_ = Clock::now();
        outage_began_.reset();
        if (!reported_up_) common::log::info("Connected to the database");
        reported_up_ = true;
        hand_out(place);
        for (Waiter* waiter : read_waiters_) waiter->timer.cancel();
    }

    // Once an outage, and not once for each of the connections and attempts.
    void report(const Error& why) {
        if (stopping_ || connected() > 0 || (!reported_up_ && reported_down_)) return;
        reported_up_ = false;
        reported_down_ = true;
        common::log::warning("No connection to the database", {{"error", why.message}});
    }

    common::Task<void> sleep(std::chrono::milliseconds time) {
        Timer pause(loop_.get_executor(), time);
        pauses_.push_back(&pause);
        error_code ec;
        co_await pause.async_wait(asio::redirect_error(kAwait, ec));
        std::erase(pauses_, &pause);
    }

    static common::Task<void> supervise(std::shared_ptr<Impl> self) {
        while (!self->stopping_) {
            self->supervision_.expires_after(kSupervision);
            error_code ec;
            co_await self->supervision_.async_wait(asio::redirect_error(kAwait, ec));
            const auto now = Clock::now();
            for (auto* places : {&self->readers_, &self->writers_})
                for (Place& place : *places)
                    if (place.connection) place.connection->enforce_deadline(now);
        }
    }

    asio::io_context& loop_;
    const DatabaseConfig config_;
    std::vector<Place> readers_;
    std::vector<Place> writers_;
    Waiters read_waiters_;
    Waiters write_waiters_;
    std::vector<Timer*> pauses_;
    Timer supervision_;
    std::optional<Clock::time_point> outage_began_;  // while nothing is connected
    Clock::time_point outage_ended_;                 // the last one
    bool stopping_ = false;
    bool reported_up_ = false;
    bool reported_down_ = false;
};

Database::Database(asio::io_context& loop, DatabaseConfig config)
    : impl_(std::make_shared<Impl>(loop, std::move(config))) {
    impl_->start();
}

Database::~Database() {
    impl_->stop();
}

std::size_t Database::connected() const {
    return impl_->connected();
}

common::Task<SqlResult<Rows>> Database::query(const Statement& statement, Parameters parameters) {
    const auto impl = impl_;
    const Step step{&statement, std::move(parameters)};
    for (int repetitions = 0;; ++repetitions) {
        auto connection = impl->reader();
        if (!connection) connection = co_await Impl::wait_for_reader(impl);
        if (!connection) co_return tl::unexpected(no_connection(impl->connected()));
        auto result = co_await connection->execute(std::span(&step, 1));
        if (result) co_return std::move(result->front());
        if (repetitions == kMostRepetitions || !repeatable_read(result.error()))
            co_return tl::unexpected(std::move(result.error()));
    }
}

namespace {

using Results = SqlResult<std::vector<Rows>>;

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

}  // namespace

common::Task<SqlResult<std::vector<Rows>>> Database::transaction(std::vector<Step> steps,
                                                                 std::optional<Step> proof) {
    const auto impl = impl_;
    bool unknown = false;
    for (int repetitions = 0;; ++repetitions) {
        Place* place = impl->take_writer();
        if (place == nullptr) place = co_await Impl::wait_for_writer(impl);
        if (place == nullptr) co_return tl::unexpected(no_connection(impl->connected()));
        const auto connection = place->connection;
        Results result;
        if (unknown)
            result = co_await repeat(*connection, steps, *proof);
        else
            result = co_await connection->execute(steps);
        impl->release(*place);

        if (result || result.error().committed || repetitions == kMostRepetitions) co_return result;
        const bool lost = proof && answer_lost(result.error());
        if (!lost && !rolled_back(result.error())) co_return result;
        unknown = unknown || lost;
    }
}

}  // namespace store
