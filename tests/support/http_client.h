// A blocking HTTP/1.1 client for tests that says exactly the bytes it is told to, also wrong ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
    int status = 0;
    HttpHeaders headers;
    std::string body;

    /// The first header of that name, compared without case; empty when there is none.
    std::string header(std::string_view name) const;
};

/// One connection to loopback. Waiting for the server longer than the patience throws std::runtime_error:
/// a test never hangs.
class HttpConnection {
  public:
    enum class Family { ipv4, ipv6 };

    /// To 127.0.0.1 or to ::1.
    explicit HttpConnection(std::uint16_t port, std::chrono::milliseconds patience = std::chrono::seconds(10),
                            Family family = Family::ipv4);
    ~HttpConnection();
    HttpConnection(HttpConnection&& other) noexcept;
    HttpConnection& operator=(HttpConnection&&) = delete;

    /// Sends all of it; false when the server has closed the connection meanwhile.
    bool send(std::string_view bytes);
    /// Tells the server that nothing more will come.
    void finish_sending();
    /// The next reply; nullopt when the server closed or reset the connection before a whole one came.
    /// Interim replies (1xx) count as replies.
    std::optional<HttpReply> receive(std::string_view method = "GET");
    /// Whether the server sends something, or closes the connection, within that time.
    bool hears_within(std::chrono::milliseconds time);
    /// Waits until the server closes the connection; false when it sends something instead.
    bool closed_by_server();
    /// Closes at once with a reset, as a crashing client does.
    void reset();

  private:
    bool fill();

    int fd_ = -1;
    std::string received_;
    bool was_reset_ = false;
};

/// One request on a connection of its own, framed properly. Throws when there is no reply.
HttpReply http_request(std::uint16_t port, std::string_view method, std::string_view target,
                       std::string_view body = {}, const HttpHeaders& headers = {});
HttpReply http_get(std::uint16_t port, std::string_view target, const HttpHeaders& headers = {});

}  // namespace support
