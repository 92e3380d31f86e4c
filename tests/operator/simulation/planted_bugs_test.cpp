#include "tests/operator/simulation/planted_bugs.h"

#include "common/log.h"
#include "tests/operator/simulation/play.h"

#include <iostream>
#include <optional>

#include <gtest/gtest.h>

namespace crm::simulation {
namespace {

/// Within so many schedules.
constexpr std::uint64_t kPatience = 1'500;

struct Find {
    std::uint64_t seed;
    std::string violation;
};

std::optional<Find> find(const Wiring& wiring) {
    for (std::uint64_t seed = 0; seed < kPatience; ++seed) {
        const Outcome outcome = play(seed, wiring);
        if (!outcome.violations.empty()) {
            return Find{seed, outcome.violations.front()};
        }
    }
    return std::nullopt;
}

TEST(PlantedBugs, AreFoundEachOne) {
    common::log::start(common::log::Level::error);
    for (const PlantedBug& bug : planted_bugs()) {
        const auto found = find(bug.wiring);
        EXPECT_TRUE(found) << "not found: " << bug.name;
        if (found) {
            std::cout << bug.name << ": schedule " << found->seed + 1 << ", " << found->violation << '\n';
        }
    }
}

}  // namespace
}  // namespace crm::simulation
