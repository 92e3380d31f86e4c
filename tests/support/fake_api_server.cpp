#include "tests/support/fake_api_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace support {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// A connection, encrypted or not. Its descriptor stays open until the server is destroyed, so that shutting
/// it down from another thread never meets a reused one.
class Wire {
  public:
    Wire(tcp::socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
        if (tls != nullptr) {
            tls_.emplace(socket_, *tls);
        }
    }

    bool handshake() {
        error_code error;
        if (tls_) {
            tls_->handshake(asio::ssl::stream_base::server, error);
        }
        return !error;
    }

    void shutdown() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

    // Asio's SyncReadStream and SyncWriteStream, without the throwing overloads that are not used.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        return tls_ ? tls_->read_some(buffers, error) : socket_.read_some(buffers, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        return tls_ ? tls_->write_some(buffers, error) : socket_.write_some(buffers, error);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        return throwing([&](error_code& error) { return read_some(buffers, error); });
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        return throwing([&](error_code& error) { return write_some(buffers, error); });
    }

  private:
    template <class Step>
    std::size_t throwing(Step step) {
        error_code error;
        const std::size_t size = step(error);
        if (error) {
            throw boost::system::system_error(error);
        }
        return size;
    }

    tcp::socket socket_;
    std::optional<asio::ssl::stream<tcp::socket&>> tls_;
};

void Exchange::write(std::string_view bytes) {
    error_code client_is_gone;
    asio::write(wire_, asio::buffer(bytes), client_is_gone);
}

void Exchange::reply(int status, std::string_view body, const std::map<std::string, std::string>& headers) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Type: application/json\r\n";
    for (const auto& [name, value] : headers) {
        text += name + ": " + value + "\r\n";
    }
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    write(text.append(body));
}

void Exchange::begin_stream() {
    write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
}

void Exchange::send(std::string_view chunk) {
    std::array<char, 20> size{};
    const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    write(std::string(size.data(), static_cast<std::size_t>(length)).append(chunk).append("\r\n"));
}

void Exchange::end_stream() {
    write("0\r\n\r\n");
}

void Exchange::drop() {
    wire_.shutdown();
}

void Exchange::hold() {
    error_code closed;
    std::array<char, 1024> ignored{};
    while (!closed) {
        wire_.read_some(asio::buffer(ignored), closed);
    }
    wire_.shutdown();
}

Answer replies(int status, std::string body, std::map<std::string, std::string> headers) {
    return [=](Exchange& exchange) { exchange.reply(status, body, headers); };
}

namespace {

std::optional<asio::ssl::context> tls_context(const FakeApiServer::Options& options) {
    if (!options.tls) {
        return std::nullopt;
    }
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain(asio::buffer(options.tls->certificate));
    context.use_private_key(asio::buffer(options.tls->key), asio::ssl::context::pem);
    if (!options.client_authority.empty()) {
        context.add_certificate_authority(asio::buffer(options.client_authority));
        context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    return context;
}

ReceivedRequest received(const http::request<http::string_body>& message) {
    const std::string target(message.target());
    const std::size_t query = target.find('?');
    ReceivedRequest request{.method = std::string(message.method_string()),
                            .path = target.substr(0, query),
                            .query = query == std::string::npos ? "" : target.substr(query + 1),
                            .headers = {},
                            .body = message.body()};
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        request.headers[name] = std::string(field.value());
    }
    return request;
}

}  // namespace

FakeApiServer::FakeApiServer() : FakeApiServer(Options{}) {}

FakeApiServer::FakeApiServer(Options options)
    : options_(std::move(options)),
      tls_(tls_context(options_)),
      acceptor_(io_, tcp::endpoint(asio::ip::make_address(options_.address), 0)),
      accept_thread_([this] { accept(); }) {}

FakeApiServer::~FakeApiServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        for (const auto& wire : wires_) {
            wire->shutdown();
        }
    }
    accept_thread_.join();
    connection_threads_.clear();
}

std::string FakeApiServer::url(const std::string& host) const {
    return (tls_ ? "https://" : "http://") + (host.empty() ? options_.address : host) + ":" +
           std::to_string(acceptor_.local_endpoint().port());
}

void FakeApiServer::on(const std::string& method, const std::string& path, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[{method, path}].push_back(std::move(answer));
}

std::vector<ReceivedRequest> FakeApiServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::size_t FakeApiServer::connections() const {
    const std::lock_guard lock(mutex_);
    return wires_.size();
}

bool FakeApiServer::wait_for_requests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5), [&] { return requests_.size() >= count; });
}

bool FakeApiServer::wait_until_open_connections(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5), [&] { return open_ == count; });
}

void FakeApiServer::accept() {
    while (true) {
        error_code error;
        tcp::socket socket = acceptor_.accept(error);
        const std::lock_guard lock(mutex_);
        if (error || stopping_) {
            return;
        }
        Wire& wire = *wires_.emplace_back(std::make_unique<Wire>(std::move(socket), tls_ ? &*tls_ : nullptr));
        ++open_;
        changed_.notify_all();
        connection_threads_.emplace_back([this, &wire] {
            serve(wire);
            wire.shutdown();
            const std::lock_guard end(mutex_);
            --open_;
            changed_.notify_all();
        });
    }
}

void FakeApiServer::serve(Wire& wire) {
    if (!wire.handshake()) {
        return;
    }
    boost::beast::flat_buffer buffer;
    while (true) {
        http::request<http::string_body> message;
        error_code error;
        http::read(wire, buffer, message, error);
        if (error) {
            return;
        }
        const ReceivedRequest request = received(message);
        const Answer answer = next_answer(request);
        Exchange exchange(wire, request);
        answer(exchange);
    }
}

Answer FakeApiServer::next_answer(const ReceivedRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    const auto found = answers_.find({request.method, request.path});
    if (found == answers_.end()) {
        return replies(404, R"({"kind":"Status","code":404,"message":"the test expects no such request"})");
    }
    std::deque<Answer>& queue = found->second;
    Answer answer = queue.front();
    if (queue.size() > 1) {
        queue.pop_front();
    }
    return answer;
}

}  // namespace support
