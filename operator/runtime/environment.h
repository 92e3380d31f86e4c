// Time and chance, handed in from outside: a test or a simulation brings its own.
#pragma once

#include <chrono>
#include <functional>

namespace runtime {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::milliseconds;

/// Both functions are called from any thread.
struct Environment {
    std::function<TimePoint()> now;
    std::function<double()> random;  // uniform in [0, 1)
};

/// The steady clock and a random generator a thread.
Environment real_environment();

}  // namespace runtime
