#include "tests/common/http/test_server.h"

#include <stdexcept>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace common::http {
namespace {

constexpr boost::asio::use_awaitable_t<boost::asio::io_context::executor_type> kAwait;

}  // namespace

TestServer::TestServer(ServerOptions options, AdmitBody admit_body) : gate_(io_.get_executor()) {
    options.address = "127.0.0.1";
    gate_.expires_at(Timer::time_point::max());
    auto server = Server::listen(
        io_, std::move(options), [this](const Request& request) { return handle(request); },
        [this](const Exchange& exchange) {
            const std::scoped_lock lock(mutex_);
            observed_.push_back(exchange.status);
        },
        std::move(admit_body));
    if (!server) throw std::runtime_error(server.error().message);
    server_ = std::move(*server);
    port_ = server_->port();
    thread_ = std::jthread([this] {
        const auto work = boost::asio::make_work_guard(io_);
        io_.run();
    });
}

TestServer::~TestServer() {
    io_.stop();
    thread_.join();
}

void TestServer::on_server_thread(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

Task<Response> TestServer::handle(const Request& request) {
    if (request.path == "/throw") throw std::runtime_error("a secret of the handler");
    Response response;
    if (request.path == "/forge") response.headers.emplace_back("Location", "/x\r\nSet-Cookie: admin=1");
    if (request.path == "/no-content") response.status = 204;
    if (request.path == "/wait") {
        at_gate_.set_value();
        boost::system::error_code cancelled;
        co_await gate_.async_wait(boost::asio::redirect_error(kAwait, cancelled));
    }
    response.body = nlohmann::json::object({{"method", request.method},
                                            {"path", request.path},
                                            {"query", request.query},
                                            {"remote", request.remote_address},
                                            {"id", request.id},
                                            {"trailer", request.header("X-Trailer").has_value()},
                                            {"size", request.body.size()},
                                            {"body", request.body.substr(0, 100)}})
                        .dump();
    co_return response;
}

void TestServer::wait_for_request_at_gate() {
    at_gate_.get_future().wait();
}

void TestServer::open_gate() {
    on_server_thread([this] { gate_.expires_at(Timer::time_point::min()); });
}

std::future<void> TestServer::drain(std::chrono::milliseconds deadline) {
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    on_server_thread([&] { server_->drain(deadline, [done] { done->set_value(); }); });
    return future;
}

std::size_t TestServer::connections() {
    std::size_t count = 0;
    on_server_thread([&] { count = server_->connections(); });
    return count;
}

std::size_t TestServer::body_bytes() {
    std::size_t bytes = 0;
    on_server_thread([&] { bytes = server_->body_bytes(); });
    return bytes;
}

std::vector<int> TestServer::observed() {
    const std::scoped_lock lock(mutex_);
    return observed_;
}

}  // namespace common::http
