// One connection of the HTTP server: requests in, replies out, until it is closed.
#pragma once

#include "common/http/memory_budget.h"
#include "common/http/reply.h"
#include "common/http/request_check.h"
#include "common/http/request_id.h"
#include "common/http/request_parser.h"
#include "common/http/server.h"
#include "common/task.h"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <tl/expected.hpp>

namespace common::http {

using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

class Session;

/// What the sessions of one server share.
struct SessionContext {
    explicit SessionContext(ServerOptions given)
        : options(std::move(given)),
          bodies(options.body_budget),
          anonymous_bodies(options.anonymous_body_budget, &bodies) {}

    ServerOptions options;
    MemoryBudget bodies;
    MemoryBudget anonymous_bodies;
    AdmitBody admit_body;  // null: every body is admitted
    Handler handler;
    std::function<void(const Exchange&)> observe;
    RequestIds request_ids;
    HttpDate date;
    std::list<Session*> sessions;  // each adds and removes itself
    bool draining = false;
};

/// Deadlines are plain time points that the server compares with the clock a few times a second: a timer
/// an operation, as Beast's streams have, costs more than the request, and closes the socket so that 408
/// cannot be sent.
class Session {
  public:
    Session(std::shared_ptr<SessionContext> context, Socket socket);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Serves requests until the connection is done.
    Task<void> serve();
    /// Answers 503 to whatever comes and closes: there are too many connections.
    Task<void> turn_away();

    /// Interrupts the operation that waits for the client when its deadline has passed.
    void expire(std::chrono::steady_clock::time_point now);
    /// Lets a connection that waits for its next request wait only this much longer.
    void shorten_idle_wait(std::chrono::steady_clock::time_point deadline);
    /// Closes the socket whatever is going on.
    void abort();

  private:
    enum class After { next_request, linger, close };
    template <class T>
    using Received = tl::expected<T, Refusal>;

    Task<After> serve_one();
    Task<Received<void>> wait_for_request();
    Task<Received<void>> receive_header(RequestParser& parser);
    Task<Admission> admit(const Request& request);
    Task<Received<void>> receive_body(RequestParser& parser, BodyTerms terms);
    std::size_t reserve_read(RequestParser& parser, std::size_t at_most);
    Task<Received<void>> receive_some(std::size_t at_most);
    Task<Response> answer(const Request& request);
    Task<After> refuse(Request& request, Refusal refusal);
    Task<After> close_with(const Request& request, const Response& response);
    void identify(Request& request);
    Task<bool> send(const Request& request, const Response& response, unsigned version, bool keep_alive);
    Task<bool> send_continue();
    Task<void> linger();
    std::string_view unparsed() const;
    void skip_empty_lines();
    void set_deadline(std::chrono::milliseconds from_now);

    std::shared_ptr<SessionContext> context_;
    Socket socket_;
    std::string remote_address_;
    boost::beast::flat_buffer buffer_;
    std::string head_;  // of the reply being sent; kept for its capacity
    std::chrono::steady_clock::time_point deadline_;
    bool timed_out_ = false;
    bool idle_ = false;  // waits for the first byte of a request
    std::list<Session*>::iterator place_;
};

}  // namespace common::http
