// The HTTP server on a thread of its own, for a program whose work does not run on an io_context.
#pragma once

#include "common/http/server.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>

namespace common::http {

/// Serves from start() until it is destroyed, which drains for at most two seconds. The handler and observe
/// run on the server's thread.
class ServerThread {
  public:
    static Result<std::unique_ptr<ServerThread>> start(ServerOptions options, Handler handler,
                                                       std::function<void(const Exchange&)> observe = {});
    ~ServerThread();
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    ServerThread() = default;

    boost::asio::io_context io_{1};
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace common::http
