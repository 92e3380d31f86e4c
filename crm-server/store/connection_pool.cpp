#include "crm-server/store/connection_pool.h"

#include "common/log.h"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace store {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = Patience::Clock;

namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> kAwait;

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::milliseconds kSupervision{500};

std::size_t connections_of(const DatabaseConfig& config) {
    return static_cast<std::size_t>(std::max(config.connections, kFewestConnections));
}

std::size_t readers_of(const DatabaseConfig& config) {
    return connections_of(config) < kFewestConnectionsWithLanes ? 1 : 2;
}

}  // namespace

ConnectionPool::ConnectionPool(asio::io_context& loop, DatabaseConfig config)
    : loop_(loop),
      config_(std::move(config)),
      patience_(config_.patience, config_.ride_out),
      readers_(readers_of(config_)),
      writers_(connections_of(config_) - readers_of(config_)),
      supervision_(loop.get_executor()) {}

void ConnectionPool::start() {
    want(readers_.front());
    asio::co_spawn(loop_.get_executor(), supervise(shared_from_this()), finished);
}

void ConnectionPool::stop() {
    stopping_ = true;
    supervision_.cancel();
    for (auto* places : {&readers_, &writers_})
        for (Place& place : *places)
            if (place.connection) place.connection->close();
    for (auto* waiters : {&read_waiters_, &write_waiters_})
        for (Waiter* waiter : *waiters) waiter->timer.cancel();
    for (Timer* pause : pauses_) pause->cancel();
}

std::size_t ConnectionPool::connected() const {
    return static_cast<std::size_t>(std::ranges::count_if(readers_, &Place::usable) +
                                    std::ranges::count_if(writers_, &Place::usable));
}

bool ConnectionPool::is_complete() const {
    const auto missing = [](const Place& place) { return place.wanted && !place.usable(); };
    return std::ranges::none_of(readers_, missing) && std::ranges::none_of(writers_, missing);
}

std::shared_ptr<Connection> ConnectionPool::reader(Lane lane) {
    Place& points = readers_.front();
    Place& own = lane == Lane::points ? points : readers_.back();
    if (own.usable()) {
        own.used = Clock::now();
        return own.connection;
    }
    if (!points.usable()) return nullptr;
    want(own);
    return points.connection;
}

common::Task<std::shared_ptr<Connection>> ConnectionPool::wait_for_reader(
    std::shared_ptr<ConnectionPool> self, Lane lane) {
    const auto asked = Clock::now();
    while (!self->stopping_ && Clock::now() < self->patience_.give_up_at(asked)) {
        Waiter waiter(self->loop_.get_executor(), self->patience_.give_up_at(asked));
        co_await self->wait(self->read_waiters_, waiter);
        if (auto connection = self->reader(lane)) co_return connection;
    }
    co_return nullptr;
}

ConnectionPool::Place* ConnectionPool::take_writer() {
    const auto idle = std::ranges::find_if(writers_, &Place::idle);
    if (idle == writers_.end() || !write_waiters_.empty()) return nullptr;
    idle->taken = true;
    return &*idle;
}

common::Task<ConnectionPool::Place*> ConnectionPool::wait_for_writer(std::shared_ptr<ConnectionPool> self) {
    const auto asked = Clock::now();
    self->want_another_writer();
    while (!self->stopping_ && Clock::now() < self->patience_.give_up_at(asked)) {
        Waiter waiter(self->loop_.get_executor(), self->patience_.give_up_at(asked));
        co_await self->wait(self->write_waiters_, waiter);
        if (waiter.given != nullptr) co_return waiter.given;
    }
    co_return nullptr;
}

// During an outage one is enough to find its end.
void ConnectionPool::want_another_writer() {
    const auto another = std::ranges::find_if_not(writers_, &Place::wanted);
    if (another == writers_.end()) return;
    if (connected() > 0 || std::ranges::none_of(writers_, &Place::wanted)) want(*another);
}

void ConnectionPool::release(Place& place) {
    place.taken = false;
    place.used = Clock::now();
    hand_out(place);
}

void ConnectionPool::finished(const std::exception_ptr& error) {
    if (!error) return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        common::log::error("A database coroutine ended", {{"error", e.what()}});
    }
}

void ConnectionPool::want(Place& place) {
    place.wanted = true;
    if (std::exchange(place.kept, true)) return;
    asio::co_spawn(loop_.get_executor(), keep_connected(shared_from_this(), &place), finished);
}

common::Task<void> ConnectionPool::wait(Waiters& waiters, Waiter& waiter) {
    waiters.push_back(&waiter);
    error_code ec;
    co_await waiter.timer.async_wait(asio::redirect_error(kAwait, ec));
    std::erase(waiters, &waiter);
}

// To the transaction that has waited longest.
void ConnectionPool::hand_out(Place& place) {
    if (!place.idle() || write_waiters_.empty()) return;
    Waiter* next = write_waiters_.front();
    write_waiters_.pop_front();
    place.taken = true;
    next->given = &place;
    next->timer.cancel();
}

common::Task<void> ConnectionPool::keep_connected(std::shared_ptr<ConnectionPool> self, Place* place) {
    auto pause = kFirstPause;
    while (!self->stopping_ && place->wanted) {
        place->connection = std::make_shared<Connection>(self->loop_, self->config_);
        const auto connected = co_await place->connection->connect();
        if (connected) {
            pause = kFirstPause;
            self->arrived(*place);
            const Error why = co_await place->connection->serve();
            // Given back; it may have been wanted again since.
            if (why.kind == ErrorKind::cancelled) continue;
            self->report(why);
        } else {
            self->report(connected.error());
        }
        place->connection.reset();
        self->patience_.disconnected(Clock::now());
        if (self->stopping_) break;
        co_await self->sleep(pause);
        pause = std::min(pause * 2, kLongestPause);
    }
    place->connection.reset();
    place->kept = false;
}

void ConnectionPool::arrived(Place& place) {
    place.used = Clock::now();
    if (is_complete()) patience_.connected();
    if (!reported_up_) common::log::info("Connected to the database");
    reported_up_ = true;
    hand_out(place);
    for (Waiter* waiter : read_waiters_) waiter->timer.cancel();
}

// Once an outage, and not once for each of the connections and attempts.
void ConnectionPool::report(const Error& why) {
    if (stopping_ || connected() > 0 || (!reported_up_ && reported_down_)) return;
    reported_up_ = false;
    reported_down_ = true;
    common::log::warning("No connection to the database", {{"error", why.message}});
}

common::Task<void> ConnectionPool::sleep(std::chrono::milliseconds time) {
    Timer pause(loop_.get_executor(), time);
    pauses_.push_back(&pause);
    error_code ec;
    co_await pause.async_wait(asio::redirect_error(kAwait, ec));
    std::erase(pauses_, &pause);
}

common::Task<void> ConnectionPool::supervise(std::shared_ptr<ConnectionPool> self) {
    while (!self->stopping_) {
        self->supervision_.expires_after(kSupervision);
        error_code ec;
        co_await self->supervision_.async_wait(asio::redirect_error(kAwait, ec));
        self->tend(Clock::now());
    }
}

void ConnectionPool::tend(Clock::time_point now) {
    for (auto* places : {&readers_, &writers_})
        for (Place& place : *places)
            if (place.connection) place.connection->enforce_deadline(now);
    const auto unused = [&](const Place& place) {
        return place.idle() && place.connection->pending() == 0 && now - place.used >= config_.idle_timeout;
    };
    for (Place& place : writers_)
        if (unused(place)) give_back(place);
    if (readers_.size() > 1 && unused(readers_.back())) give_back(readers_.back());
}

void ConnectionPool::give_back(Place& place) {
    place.wanted = false;
    place.connection->close();
}

}  // namespace store
