#include "common/http/server_thread.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace common::http {
namespace {

constexpr std::chrono::milliseconds kDrainDeadline{2'000};

}  // namespace

Result<std::unique_ptr<ServerThread>> ServerThread::start(ServerOptions options, Handler handler,
                                                          std::function<void(const Exchange&)> observe) {
    std::unique_ptr<ServerThread> made(new ServerThread);
    auto server = Server::listen(made->io_, std::move(options), std::move(handler), std::move(observe));
    if (!server) return tl::unexpected<Error>(std::move(server.error()));
    made->server_ = std::move(*server);
    made->port_ = made->server_->port();
    made->thread_ = std::jthread([&io = made->io_] { io.run(); });
    return made;
}

ServerThread::~ServerThread() {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this] { server_->drain(kDrainDeadline, [this] { io_.stop(); }); });
    thread_.join();
}

}  // namespace common::http
