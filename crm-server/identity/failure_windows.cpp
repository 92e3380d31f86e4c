#include "crm-server/identity/failure_windows.h"

#include "common/sha256.h"

#include <algorithm>
#include <string>

namespace identity {

ThrottleKey::ThrottleKey(std::string_view text) {
    common::sha256(text).copy(digest_.data(), digest_.size());
}

ThrottleKey::ThrottleKey(const ThrottleKey& one, const ThrottleKey& other)
    : ThrottleKey(std::string(one.digest_.data(), one.digest_.size()) +
                  std::string(other.digest_.data(), other.digest_.size())) {}

void FailureWindows::forget_ended(Clock::time_point now) {
    while (!windows_.empty() && windows_.front().end <= now) erase(windows_.begin());
}

int FailureWindows::left(const ThrottleKey& key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? limit_ : limit_ - found->second->failures;
}

std::optional<FailureWindows::Clock::time_point> FailureWindows::locked_until(const ThrottleKey& key) const {
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || !is_locked(*found->second)) return std::nullopt;
    return found->second->end;
}

std::optional<FailureWindows::Clock::time_point> FailureWindows::first_end() const {
    if (windows_.empty()) return std::nullopt;
    return windows_.front().end;
}

void FailureWindows::add(const ThrottleKey& key, Clock::time_point now) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        if (!make_room()) return;
        windows_.push_back({key, now + length_});
        found = by_key_.emplace(key, std::prev(windows_.end())).first;
    }
    Window& window = *found->second;
    const bool was_locked = is_locked(window);
    ++window.failures;
    if (!was_locked && is_locked(window)) ++locked_;
}

void FailureWindows::erase(const ThrottleKey& key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) erase(found->second);
}

void FailureWindows::erase(Windows::iterator window) {
    if (is_locked(*window)) --locked_;
    by_key_.erase(window->key);
    windows_.erase(window);
}

bool FailureWindows::make_room() {
    if (windows_.size() < capacity_) return true;
    if (room() == 0) return false;
    erase(std::ranges::find_if_not(windows_, [this](const Window& window) { return is_locked(window); }));
    return true;
}

}  // namespace identity
