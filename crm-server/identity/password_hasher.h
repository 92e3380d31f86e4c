// Argon2id on threads of its own, so that 50 ms of hashing never holds up the event loop.
#pragma once

#include "common/result.h"
#include "common/task.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace identity {

struct PasswordHasherConfig {
    /// Parameters of RFC 9106; the defaults are OWASP's minimum: 19 MiB, 2 passes.
    std::uint32_t memory_kib = 19 * 1024;
    std::uint32_t passes = 2;
    /// Bounds memory too: each thread needs memory_kib.
    int threads = 2;
    std::size_t queue_limit = 32;
};

/// May be shared by several event loops. Destroying it waits for the hashes at work; those still queued are
/// dropped, so the loops that wait for them must have stopped.
class PasswordHasher {
  public:
    explicit PasswordHasher(PasswordHasherConfig config = {});
    ~PasswordHasher();
    PasswordHasher(const PasswordHasher&) = delete;
    PasswordHasher& operator=(const PasswordHasher&) = delete;

    /// The encoded hash ("$argon2id$v=19$…") with a fresh salt. throttled when the queue is full.
    common::Task<Result<std::string>> hash(std::string password);

    /// Whether the password is the one of `encoded`. throttled when the queue is full.
    common::Task<Result<bool>> verify(std::string encoded, std::string password);

    /// Takes as long as verify and finds nothing: for users that do not exist.
    common::Task<Result<bool>> verify_nobody(std::string password);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace identity
