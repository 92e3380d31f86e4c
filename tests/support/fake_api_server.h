// An API server that answers as it is told, over real sockets on a free loopback port: for what a client must
// survive. It knows no Kubernetes; what a real API server does is tested on one.
#pragma once

#include "tests/support/certificates.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

namespace support {

struct ReceivedRequest {
    std::string method;
    std::string path;                            // still percent-encoded
    std::string query;                           // the same
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
};

class Wire;

/// One request and the means to answer it, well or badly. Used in the thread of its connection.
class Exchange {
  public:
    Exchange(Wire& wire, const ReceivedRequest& request) : request(request), wire_(wire) {}

    /// A whole answer with Content-Length.
    void reply(int status, std::string_view body, const std::map<std::string, std::string>& headers = {});

    /// A chunked answer: the head, then any number of chunks, then the end.
    void begin_stream();
    void send(std::string_view chunk);
    void end_stream();

    /// Closes the connection, whatever was sent.
    void drop();
    /// Says nothing until the client closes the connection or the server is destroyed.
    void hold();

    const ReceivedRequest& request;

  private:
    void write(std::string_view bytes);
    Wire& wire_;
};

using Answer = std::function<void(Exchange&)>;

/// A whole answer, as an Answer.
Answer replies(int status, std::string body, std::map<std::string, std::string> headers = {});

class FakeApiServer {
  public:
    struct Options {
        std::string address = "127.0.0.1";
        /// Speaks TLS with this certificate.
        std::optional<KeyPair> tls = std::nullopt;
        /// Demands a client certificate of this authority.
        std::string client_authority = {};
    };

    FakeApiServer();
    explicit FakeApiServer(Options options);
    ~FakeApiServer();
    FakeApiServer(const FakeApiServer&) = delete;
    FakeApiServer& operator=(const FakeApiServer&) = delete;

    /// "http://127.0.0.1:PORT", or with https and another host as the test wishes.
    std::string url(const std::string& host = {}) const;

    /// What to answer to this method and path. Several answers are given in turn, the last one for ever.
    /// Everything else is answered with 404.
    void on(const std::string& method, const std::string& path, Answer answer);

    std::vector<ReceivedRequest> requests() const;
    /// Connections made so far (for TLS: also those that failed in their handshake).
    std::size_t connections() const;
    /// Wait up to five seconds until it is so; false when it is not.
    bool wait_for_requests(std::size_t count) const;
    bool wait_until_open_connections(std::size_t count) const;

  private:
    void accept();
    void serve(Wire& wire);
    Answer next_answer(const ReceivedRequest& request);

    const Options options_;
    boost::asio::io_context io_;
    std::optional<boost::asio::ssl::context> tls_;
    boost::asio::ip::tcp::acceptor acceptor_;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::map<std::pair<std::string, std::string>, std::deque<Answer>> answers_;
    std::vector<ReceivedRequest> requests_;
    std::size_t open_ = 0;
    std::list<std::unique_ptr<Wire>> wires_;
    bool stopping_ = false;

    std::vector<std::jthread> connection_threads_;
    std::jthread accept_thread_;
};

}  // namespace support
