#include "operator/runtime/environment.h"

#include <random>

namespace runtime {

Environment real_environment() {
    return {
        .now = [] { return std::chrono::steady_clock::now(); },
        .random =
            [] {
                thread_local std::minstd_rand generator{std::random_device{}()};
                return std::uniform_real_distribution<double>{}(generator);
            },
    };
}

}  // namespace runtime
