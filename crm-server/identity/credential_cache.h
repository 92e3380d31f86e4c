// Which credentials are known to be good, for a short while.
#pragma once

#include "crm-server/identity/accounts.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace identity {

/// Holds good credentials only, by the digest of their secret. For one thread. When it is full it is emptied:
/// it fills again at the price of one query a credential.
class CredentialCache {
  public:
    using Clock = std::chrono::steady_clock;

    explicit CredentialCache(std::size_t capacity) : capacity_(capacity) {}

    std::optional<Principal> find(const std::string& digest, Clock::time_point now) const;

    /// Names the present. An answer that was asked for in an earlier one may have been overtaken by a
    /// revocation.
    std::uint64_t generation() const { return generation_; }

    /// Does nothing when something was forgotten since `generation`.
    void remember(std::string digest, Principal principal, Clock::time_point until, std::uint64_t generation);

    void forget(const std::string& credential_id);
    void forget_user(const std::string& user_id);

    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Principal principal;
        Clock::time_point until;
    };

    std::size_t capacity_;
    std::uint64_t generation_ = 0;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace identity
