// On which addresses the server listens.
#include "common/http/server_thread.h"
#include "tests/support/http_client.h"

#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>

#include <gtest/gtest.h>

namespace common::http {
namespace {

using support::HttpConnection;
using Family = HttpConnection::Family;

std::unique_ptr<ServerThread> listen_on(const std::string& address) {
    const auto remote = [](const Request& request) -> Task<Response> {
        co_return Response{.body = request.remote_address};
    };
    auto server = ServerThread::start(
        {.address = address, .drain_idle_timeout = std::chrono::milliseconds(20)}, remote);
    return server ? *std::move(server) : nullptr;
}

/// What the server on this port calls the client's address.
std::string remote_address(std::uint16_t port, Family family) {
    HttpConnection connection(port, std::chrono::seconds(10), family);
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto reply = connection.receive();
    return reply ? reply->body : "";
}

/// From now on, and for the calling thread alone, the kernel has no IPv6.
bool forget_ipv6() {
    constexpr unsigned kRefuse = SECCOMP_RET_ERRNO | static_cast<unsigned>(EAFNOSUPPORT);
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, kRefuse),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{.len = std::size(program), .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

TEST(Families, TheWildcardIsReachedByBothAndNamesClientsByTheAddressTheyHave) {
    const auto server = listen_on("::");
    ASSERT_TRUE(server);
    EXPECT_EQ(remote_address(server->port(), Family::ipv4), "127.0.0.1");
    EXPECT_EQ(remote_address(server->port(), Family::ipv6), "::1");
}

TEST(Families, AnAddressIsReachedByItsOwnOnly) {
    const auto ipv6 = listen_on("::1");
    ASSERT_TRUE(ipv6);
    EXPECT_EQ(remote_address(ipv6->port(), Family::ipv6), "::1");
    EXPECT_THROW(HttpConnection{ipv6->port()}, std::system_error);

    const auto ipv4 = listen_on("0.0.0.0");
    ASSERT_TRUE(ipv4);
    EXPECT_EQ(remote_address(ipv4->port(), Family::ipv4), "127.0.0.1");
    EXPECT_THROW(HttpConnection(ipv4->port(), std::chrono::seconds(10), Family::ipv6), std::system_error);
}

TEST(Families, TheWildcardIsIPv4AloneWhereTheKernelHasNoIPv6) {
    std::unique_ptr<ServerThread> server;
    bool forgotten = false;
    std::thread([&] {
        forgotten = forget_ipv6();
        server = listen_on("::");
    }).join();
    ASSERT_TRUE(forgotten);
    ASSERT_TRUE(server);
    EXPECT_EQ(remote_address(server->port(), Family::ipv4), "127.0.0.1");
    EXPECT_THROW(HttpConnection(server->port(), std::chrono::seconds(10), Family::ipv6), std::system_error);
}

}  // namespace
}  // namespace common::http
