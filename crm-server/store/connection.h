// One PostgreSQL session under an event loop: libpq in pipeline mode, non-blocking.
//
// Requests are sent as they come and answered in order. Each ends with its own Sync, so it is one transaction
// (an implicit one: commands up to a Sync) and its errors stay inside it. Used by Database only.
#pragma once

#include "common/result.h"
#include "common/task.h"
#include "crm-server/store/database.h"
#include "crm-server/store/libpq.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace store {

/// Lives in a shared_ptr, which the coroutine that reads from it shares. Belongs to its loop's thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using Clock = std::chrono::steady_clock;

    Connection(boost::asio::io_context& loop, const DatabaseConfig& config);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Call once, first.
    common::Task<Result<void>> connect();

    /// Call once connected: answers requests until the session ends, and returns why.
    common::Task<Error> serve();

    bool usable() const { return state_ == State::usable; }
    std::size_t pending() const { return requests_.size(); }

    /// Sends the steps and waits for their answers; the steps need not outlive the call.
    common::Task<SqlResult<std::vector<Rows>>> execute(std::span<const Step> steps);

    /// Gives up on a peer that has let a connect or request wait past its deadline.
    void enforce_deadline(Clock::time_point now);

    /// Ends the session; requests that wait fail with cancelled.
    void close();

  private:
    enum class State { connecting, usable, closed };
    // Of a statement by name. Requests sent before the answer rely on it; when it was a failure, it is theirs
    // too.
    struct Preparation {
        enum class State { no, sent, yes };
        State state = State::no;
        std::optional<SqlError> failure;
    };
    using Preparations = std::unordered_map<std::string, Preparation>;
    struct Request;
    template <class Handler>
    struct RequestOf;

    struct Addresses {
        std::string hosts;  // the name again for each address: libpq wants as many of both
        std::string numbers;
    };
    common::Task<Result<Addresses>> resolve();
    common::Task<Result<void>> poll_until_connected();
    bool send(std::span<const Step> steps, Request& request);
    bool send_prepare(const Statement& statement, Preparation& preparation, Request& request);
    void start(std::span<const Step> steps, std::unique_ptr<Request> request);
    void flush();
    void read_answers();
    void take_result(PGresult* result);
    void end(const SqlError& why);

    boost::asio::io_context& loop_;
    const DatabaseConfig& config_;
    State state_ = State::connecting;
    libpq::ConnectionPtr connection_;
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
    std::deque<std::unique_ptr<Request>> requests_;  // sent, not yet answered
    Preparations preparations_;
    bool flushing_ = false;
    Clock::time_point connect_deadline_;
    Error end_reason_;
};

}  // namespace store
