// The HTTP/1.1 server of both programs, on Boost.Beast, hardened for a public port.
//
// Limits and time-outs are on by default; what breaks HTTP (RFC 9112) or could smuggle a request is
// answered and the connection closed, before the handler sees it. Every such reply has an RFC 9457 body.
#pragma once

#include "common/http/message.h"
#include "common/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <tl/expected.hpp>

namespace common::http {

struct ServerOptions {
    /// "::" listens on all addresses of IPv6 and IPv4, and of IPv4 alone where the kernel has no IPv6.
    std::string address = "::";
    std::uint16_t port = 0;              // 0: any free one, see Server::port()
    std::size_t header_limit = 8'192;    // bytes
    std::size_t body_limit = 1'048'576;  // bytes
    /// What the bodies of all requests may take together, in bytes, while they are read and answered. A body
    /// that there is no room for is answered with 503. What is taken is what has arrived, not what was
    /// announced.
    std::size_t body_budget = std::size_t{32} * 1024 * 1024;
    /// The part of it that bodies from nobody known may take, so that those leave room for the others.
    std::size_t anonymous_body_budget = std::size_t{4} * 1024 * 1024;
    std::size_t connection_limit = 10'000;
    std::chrono::milliseconds idle_timeout{75'000};    // between two requests
    std::chrono::milliseconds header_timeout{10'000};  // first to last byte of a header
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds write_timeout{30'000};
    /// While draining, how long a kept connection may still send its next request: it gets its answer, and
    /// with it "Connection: close", instead of a connection that closes under its hands.
    std::chrono::milliseconds drain_idle_timeout{1'000};
};

/// What the server tells about one finished request.
struct Exchange {
    const Request& request;
    int status;
    std::chrono::nanoseconds duration;
};

/// How the body of a request is read.
struct BodyTerms {
    std::size_t limit = 0;   // bytes; ServerOptions::body_limit holds besides
    bool anonymous = false;  // nobody answers for it: see ServerOptions::anonymous_body_budget
};
using Admission = tl::expected<BodyTerms, Response>;

/// Is asked about each request that has a body, between its header and the first byte of the body, and before
/// a client that waits for "100 Continue" gets it. What it does not admit is answered with its response, and
/// the connection is closed, since the body is not read. As a Handler, but for the request's body, which is
/// empty.
using AdmitBody = std::function<Task<Admission>(const Request&)>;

/// Owns the listening socket and the sessions. Everything runs on the io_context given; construct, use and
/// destroy it on that io_context's thread, or while it does not run. Outlives no session: destroy it only
/// after drain() has called back, or after the io_context has stopped.
class Server {
  public:
    /// Listens at once: connections queue until the io_context runs. Refuses a port that something listens
    /// on.
    static Result<std::unique_ptr<Server>> listen(boost::asio::io_context& io, ServerOptions options,
                                                  Handler handler,
                                                  std::function<void(const Exchange&)> observe = {},
                                                  AdmitBody admit_body = {});
    ~Server();

    std::uint16_t port() const;
    std::size_t connections() const;
    /// What bodies take of ServerOptions::body_budget now.
    std::size_t body_bytes() const;

    /// Stops accepting, closes idle connections and answers what is in flight with "Connection: close".
    /// Calls done once nothing is left or the deadline has passed, whichever is first.
    void drain(std::chrono::milliseconds deadline, std::function<void()> done);

  private:
    struct State;
    explicit Server(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace common::http
