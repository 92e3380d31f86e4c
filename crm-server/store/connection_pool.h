// The connections to one database: opened, found again after an outage, given to who needs one, and given
// back when nobody does. Used by Database only.
#pragma once

#include "common/task.h"
#include "crm-server/store/connection.h"
#include "crm-server/store/database.h"
#include "crm-server/store/patience.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

namespace store {

/// Lives in a shared_ptr, which its coroutines share: it outlives stop() for as long as they need to end.
/// Belongs to its loop's thread.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
  public:
    /// A session to be: the connection comes and goes, the place stays.
    struct Place {
        std::shared_ptr<Connection> connection;  // null between two attempts
        bool wanted = false;                     // to be connected
        bool kept = false;                       // a coroutine sees to it
        bool taken = false;                      // by a transaction
        Patience::Clock::time_point used = {};   // by the last transaction, or the last read of lists

        bool usable() const { return connection && connection->usable(); }
        bool idle() const { return usable() && !taken; }
    };

    ConnectionPool(boost::asio::io_context& loop, DatabaseConfig config);

    /// Once.
    void start();
    /// Closes all; who waits gets nothing.
    void stop();

    std::size_t connected() const;

    /// The shared connection of the lane, or that of the points until it is there; null when none is usable
    /// now.
    std::shared_ptr<Connection> reader(Lane lane);
    /// The same after waiting for one; null when the patience ended first.
    static common::Task<std::shared_ptr<Connection>> wait_for_reader(std::shared_ptr<ConnectionPool> self,
                                                                     Lane lane);

    /// A connection that is the caller's until release(); null when there is none now.
    Place* take_writer();
    /// The same after waiting for one, in the order of asking; null when the patience ended first.
    static common::Task<Place*> wait_for_writer(std::shared_ptr<ConnectionPool> self);
    void release(Place& place);

    /// What is to be done again and again: drops connections whose server has fallen silent, and gives back
    /// those that nobody has used for idle_timeout. start() sees to it.
    void tend(Patience::Clock::time_point now);

  private:
    using Executor = boost::asio::io_context::executor_type;
    using Timer = boost::asio::basic_waitable_timer<Patience::Clock,
                                                    boost::asio::wait_traits<Patience::Clock>, Executor>;

    /// A coroutine that waits for a connection.
    struct Waiter {
        Timer timer;
        Place* given = nullptr;

        Waiter(const Executor& executor, Patience::Clock::time_point deadline) : timer(executor, deadline) {}
    };
    using Waiters = std::deque<Waiter*>;

    /// Whether every place that is wanted is connected.
    bool is_complete() const;
    void want_another_writer();
    void give_back(Place& place);
    static void finished(const std::exception_ptr& error);
    void want(Place& place);
    common::Task<void> wait(Waiters& waiters, Waiter& waiter);
    void hand_out(Place& place);
    static common::Task<void> keep_connected(std::shared_ptr<ConnectionPool> self, Place* place);
    void arrived(Place& place);
    void report(const Error& why);
    common::Task<void> sleep(std::chrono::milliseconds time);
    static common::Task<void> supervise(std::shared_ptr<ConnectionPool> self);

    boost::asio::io_context& loop_;
    const DatabaseConfig config_;
    Patience patience_;
    std::vector<Place> readers_;  // that of the points first
    std::vector<Place> writers_;
    Waiters read_waiters_;
    Waiters write_waiters_;
    std::vector<Timer*> pauses_;
    Timer supervision_;
    bool stopping_ = false;
    bool reported_up_ = false;
    bool reported_down_ = false;
};

}  // namespace store
