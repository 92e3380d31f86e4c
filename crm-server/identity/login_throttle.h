// Slows down guessing of passwords: so many failed logins an account and address, then a pause.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace identity {

struct LoginThrottleOptions {
    int attempts = 10;  // within one window
    std::chrono::seconds window{300};
    std::size_t capacity = 4096;  // windows remembered; the oldest is forgotten first
};

/// Counts in memory: each server replica for itself, and a restart forgets. Not thread-safe.
///
/// An attempt is charged before the password is checked, so that many at once cannot all pass; success
/// gives the whole charge back. To push a window out of the memory takes `capacity` attempts, each of them as
/// slow as the password hash.
class LoginThrottle {
  public:
    using Clock = std::chrono::steady_clock;

    explicit LoginThrottle(LoginThrottleOptions options = {}) : options_(options) {}

    /// Charges one attempt; nullopt when it may go on, else how long to wait.
    std::optional<std::chrono::seconds> admit(std::string_view email, std::string_view address,
                                              Clock::time_point now);

    void succeeded(std::string_view email, std::string_view address);

    std::size_t size() const { return windows_.size(); }

  private:
    struct Window {
        std::string key;
        Clock::time_point end;
        int attempts = 0;
    };

    void forget_ended(Clock::time_point now);

    LoginThrottleOptions options_;
    std::list<Window> windows_;  // oldest first: all windows are equally long, so also by their end
    std::unordered_map<std::string_view, std::list<Window>::iterator> by_key_;
};

}  // namespace identity
