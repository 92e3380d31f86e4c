// A PostgreSQL of the test's own: a fresh cluster in a temporary folder on a free loopback port.
//
// Fails the process with a message when PostgreSQL is not installed or does not start. Not for several
// threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace support {

class TemporaryPostgres {
  public:
    /// `settings` are further ones of postgresql.conf: "fsync=on". By default nothing waits for the disk,
    /// which the death of PostgreSQL cannot show; the death of the machine could.
    explicit TemporaryPostgres(std::vector<std::string> settings = {});
    ~TemporaryPostgres();
    TemporaryPostgres(const TemporaryPostgres&) = delete;
    TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;

    /// On 127.0.0.1. Every role gets in without a password; "crm" is a superuser.
    std::uint16_t port() const { return port_; }

    /// Makes an empty database and returns its name.
    std::string create_database();

    /// Stops as an administrator would: sessions are ended, data is written.
    void stop();
    /// SIGKILL.
    void kill();
    /// SIGSTOP and SIGCONT to every process of the server: the peer falls silent, its sockets stay open.
    void freeze();
    void thaw();
    /// Starts it again, on the same port, and waits until it accepts connections.
    void start();

  private:
    std::string uri(const std::string& database) const;
    void end(int signal);
    std::vector<pid_t> processes() const;

    std::filesystem::path folder_;
    std::filesystem::path programs_;
    std::vector<std::string> settings_;
    std::uint16_t port_ = 0;
    pid_t postmaster_ = 0;
    int databases_ = 0;
};

}  // namespace support
