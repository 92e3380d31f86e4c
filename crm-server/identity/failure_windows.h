// Counts failures by key, in bounded memory. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace identity {

/// Stands for a text of any length: 128 bits of its SHA-256.
class ThrottleKey {
  public:
    explicit ThrottleKey(std::string_view text);
    /// Of the two together.
    ThrottleKey(const ThrottleKey& one, const ThrottleKey& other);

    bool operator==(const ThrottleKey&) const = default;

    struct Hash {
        std::size_t operator()(const ThrottleKey& key) const {
            std::size_t hash = 0;
            std::memcpy(&hash, key.digest_.data(), sizeof(hash));
            return hash;
        }
    };

  private:
    std::array<char, 16> digest_{};
};

/// The window of a key begins with its first failure. With so many failures as the limit it is locked until
/// it ends. When there are `capacity` windows, the oldest that is not locked is forgotten for a new one; one
/// that is locked never is.
class FailureWindows {
  public:
    using Clock = std::chrono::steady_clock;

    FailureWindows(int limit, std::chrono::seconds length, std::size_t capacity)
        : limit_(limit), length_(length), capacity_(capacity) {}

    /// Do this before anything else is asked at another time.
    void forget_ended(Clock::time_point now);

    /// Failures that the key has left before it is locked.
    int left(const ThrottleKey& key) const;
    /// When the key's window ends, if it is locked.
    std::optional<Clock::time_point> locked_until(const ThrottleKey& key) const;

    /// How many keys can be locked, at most, besides those that are.
    std::size_t room() const { return capacity_ - locked_; }
    /// When there is more room, if there is a window.
    std::optional<Clock::time_point> first_end() const;

    /// Does nothing without room for a key that is not there.
    void add(const ThrottleKey& key, Clock::time_point now);
    void erase(const ThrottleKey& key);

    std::size_t size() const { return windows_.size(); }

  private:
    struct Window {
        ThrottleKey key;
        Clock::time_point end;
        int failures = 0;
    };
    using Windows = std::list<Window>;

    bool is_locked(const Window& window) const { return window.failures >= limit_; }
    void erase(Windows::iterator window);
    bool make_room();

    int limit_;
    std::chrono::seconds length_;
    std::size_t capacity_;
    Windows windows_;  // oldest first: all are equally long, so also by their end
    std::unordered_map<ThrottleKey, Windows::iterator, ThrottleKey::Hash> by_key_;
    std::size_t locked_ = 0;
};

}  // namespace identity
