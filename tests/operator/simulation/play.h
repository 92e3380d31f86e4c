// One schedule: a scenario that a seed fills with people's deeds, trouble and an order of events.
#pragma once

#include "tests/operator/simulation/simulated_operator.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm::simulation {

struct Outcome {
    std::string_view scenario = {};
    /// What should have held and did not; empty when all did.
    std::vector<std::string> violations = {};
    /// What happened, if that was asked for: requests that changed something, deeds, trouble.
    std::vector<std::string> story = {};
    std::size_t steps = 0;
    std::size_t writes = 0;
    bool ready = false;  // in the end
};

/// The same seed is the same schedule, whatever else runs. Any thread.
Outcome play(std::uint64_t seed, const Wiring& wiring = {}, bool tell = false);

}  // namespace crm::simulation
