#include "crm-server/identity/login_throttle.h"

#include <algorithm>

namespace identity {
namespace {

/// Longer than any e-mail address may be; what is cut off cannot make the memory grow.
constexpr std::size_t kLongestEmail = 320;

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Accounts compare e-mail addresses without case, so case must not buy more attempts.
std::string key_of(std::string_view email, std::string_view address) {
    std::string key(address);
    key += ' ';
    std::ranges::transform(email.substr(0, kLongestEmail), std::back_inserter(key), to_lower);
    return key;
}

}  // namespace

std::optional<std::chrono::seconds> LoginThrottle::admit(std::string_view email, std::string_view address,
                                                         Clock::time_point now) {
    forget_ended(now);
    std::string key = key_of(email, address);
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        if (windows_.size() >= options_.capacity) {
            by_key_.erase(windows_.front().key);
            windows_.pop_front();
        }
        windows_.push_back({std::move(key), now + options_.window});
        found = by_key_.emplace(windows_.back().key, std::prev(windows_.end())).first;
    }
    Window& window = *found->second;
    if (window.attempts >= options_.attempts)
        return std::chrono::ceil<std::chrono::seconds>(window.end - now);
    ++window.attempts;
    return std::nullopt;
}

void LoginThrottle::succeeded(std::string_view email, std::string_view address) {
    const auto found = by_key_.find(key_of(email, address));
    if (found == by_key_.end()) return;
    const auto window = found->second;
    by_key_.erase(found);
    windows_.erase(window);
}

void LoginThrottle::forget_ended(Clock::time_point now) {
    while (!windows_.empty() && windows_.front().end <= now) {
        by_key_.erase(windows_.front().key);
        windows_.pop_front();
    }
}

}  // namespace identity
