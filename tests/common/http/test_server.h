// A server under test: on a free port of loopback, on a thread of its own, with a few routes.
#pragma once

#include "common/http/server.h"

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

namespace common::http {

/// Routes: /wait answers once open_gate() was called, /throw throws, /forge returns a header with a line
/// break, everything else echoes method, path, query and body as JSON.
class TestServer {
  public:
    explicit TestServer(ServerOptions options = {}, AdmitBody admit_body = {});
    ~TestServer();

    std::uint16_t port() const { return port_; }
    /// Blocks until a request waits at the gate.
    void wait_for_request_at_gate();
    void open_gate();
    /// Starts to drain; the future is ready when the server says that it is done.
    std::future<void> drain(std::chrono::milliseconds deadline);
    std::size_t connections();
    /// What the server has reserved for bodies.
    std::size_t body_bytes();
    /// The status of every exchange the server told about so far.
    std::vector<int> observed();

  private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    boost::asio::io_context::executor_type>;
    Task<Response> handle(const Request& request);
    void on_server_thread(const std::function<void()>& work);

    boost::asio::io_context io_{1};
    Timer gate_;
    std::promise<void> at_gate_;
    std::mutex mutex_;
    std::vector<int> observed_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace common::http
