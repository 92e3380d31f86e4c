#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace support {
namespace {

[[noreturn]] void fail_with_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

HttpReply parse_head(std::string_view head) {
    HttpReply reply;
    const std::string_view status_line = take_line(head);
    if (!status_line.starts_with("HTTP/1.1 "))
        throw std::runtime_error("not HTTP/1.1: " + std::string(status_line));
    reply.status = std::stoi(std::string(status_line.substr(9, 3)));
    while (!head.empty()) {
        const std::string_view line = take_line(head);
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) throw std::runtime_error("bad header: " + std::string(line));
        reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return reply;
}

}  // namespace

std::string HttpReply::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

HttpConnection::HttpConnection(std::uint16_t port, std::chrono::milliseconds patience, Family family)
    : fd_(::socket(family == Family::ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail_with_errno("socket");
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    ipv6.sin6_addr = in6addr_loopback;
    const bool is_ipv4 = family == Family::ipv4;
    const timeval wait{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    // The socket interface of C takes every kind of address through this one cast.
    const auto* const address =
        is_ipv4 ? reinterpret_cast<const sockaddr*>(&ipv4) : reinterpret_cast<const sockaddr*>(&ipv6);
    if (::connect(fd_, address, is_ipv4 ? sizeof ipv4 : sizeof ipv6) != 0) {
        const int error = errno;
        ::close(fd_);
        errno = error;
        fail_with_errno("connect");
    }
}

HttpConnection::~HttpConnection() {
    if (fd_ >= 0) ::close(fd_);
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      received_(std::move(other.received_)),
      was_reset_(other.was_reset_) {}

bool HttpConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
        if (sent < 0) fail_with_errno("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void HttpConnection::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

/// Reads what is there; false at the end of the connection.
bool HttpConnection::fill() {
    std::array<char, 16384> bytes{};
    const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == ECONNRESET) {
        was_reset_ = true;
        return false;
    }
    if (count < 0) fail_with_errno("the server did not answer");
    received_.append(bytes.data(), static_cast<std::size_t>(count));
    return count > 0;
}

std::optional<HttpReply> HttpConnection::receive(std::string_view method) {
    std::size_t head = std::string::npos;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return std::nullopt;
    }
    HttpReply reply = parse_head(std::string_view(received_).substr(0, head + 2));
    received_.erase(0, head + 4);
    const std::string length = method == "HEAD" ? "" : reply.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size) {
        if (!fill()) return std::nullopt;
    }
    reply.body = received_.substr(0, size);
    received_.erase(0, size);
    return reply;
}

bool HttpConnection::hears_within(std::chrono::milliseconds time) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    return !received_.empty() || ::poll(&waiting, 1, static_cast<int>(time.count())) > 0;
}

bool HttpConnection::closed_by_server() {
    return received_.empty() && !fill() && !was_reset_;
}

void HttpConnection::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(fd_, -1));
}

HttpReply http_request(std::uint16_t port, std::string_view method, std::string_view target,
                       std::string_view body, const HttpHeaders& headers) {
    std::string request;
    request.append(method).append(" ").append(target).append(
        " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
    for (const auto& [name, value] : headers) request.append(name).append(": ").append(value).append("\r\n");
    if (!body.empty()) request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    request.append("\r\n").append(body);

    HttpConnection connection(port);
    connection.send(request);
    auto reply = connection.receive(method);
    if (!reply) throw std::runtime_error("no reply to " + std::string(method) + " " + std::string(target));
    return std::move(*reply);
}

HttpReply http_get(std::uint16_t port, std::string_view target, const HttpHeaders& headers) {
    return http_request(port, "GET", target, {}, headers);
}

}  // namespace support
