// Tests wait for a condition, never for a time.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace support {

/// Whether the condition comes to hold; gives up after half a minute.
inline bool eventually(const std::function<bool()>& condition) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

}  // namespace support
