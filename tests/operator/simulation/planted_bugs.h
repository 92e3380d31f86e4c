// Operators that are wrong on purpose: the simulation is worth something only if it finds each of them.
#pragma once

#include "tests/operator/simulation/simulated_operator.h"

#include <string_view>
#include <vector>

namespace crm::simulation {

struct PlantedBug {
    std::string_view name;
    Wiring wiring;
};

const std::vector<PlantedBug>& planted_bugs();

}  // namespace crm::simulation
