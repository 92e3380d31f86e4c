// Whatever goes wrong on the way, in the end the instance is as its spec asks for or says why it is not: very
// many short schedules in one thread each, every one reproduced by its seed.
//
//   SIMULATION_SCHEDULES=100000 build/plain/tests/simulation/operator_simulation_test
//   SIMULATION_SEED=4711 build/plain/tests/simulation/operator_simulation_test   # this one, and its story
//
// SIMULATION_SECONDS ends it before.
#include "common/log.h"
#include "tests/operator/simulation/play.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace crm::simulation {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t absent) {
    const char* const text = std::getenv(name);
    return text == nullptr ? absent : std::strtoull(text, nullptr, 10);
}

std::string text_of(std::uint64_t seed, const Outcome& outcome) {
    std::string text =
        "SIMULATION_SEED=" + std::to_string(seed) + " (" + std::string(outcome.scenario) + ")\n";
    for (const std::string& line : outcome.story) {
        text += "  " + line + "\n";
    }
    for (const std::string& violation : outcome.violations) {
        text += "  VIOLATED: " + violation + "\n";
    }
    return text;
}

/// All schedules of a range of seeds, by every core, until some have failed.
class Season {
  public:
    Season(std::uint64_t schedules, std::chrono::seconds time)
        : schedules_(schedules), end_(std::chrono::steady_clock::now() + time) {}

    void run() {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) {
            threads.emplace_back([this] { work(); });
        }
    }

    std::uint64_t played = 0;
    std::uint64_t steps = 0;
    std::uint64_t writes = 0;
    std::uint64_t ready = 0;
    std::vector<std::uint64_t> failed;

  private:
    static constexpr std::size_t kEnough = 5;

    void work() {
        for (std::uint64_t seed = next_++; seed < schedules_; seed = next_++) {
            const Outcome outcome = play(seed);
            const std::lock_guard lock(mutex_);
            ++played;
            steps += outcome.steps;
            writes += outcome.writes;
            ready += outcome.ready ? 1 : 0;
            if (!outcome.violations.empty()) {
                failed.push_back(seed);
            }
            if (failed.size() >= kEnough || std::chrono::steady_clock::now() > end_) {
                return;
            }
        }
    }

    const std::uint64_t schedules_;
    const std::chrono::steady_clock::time_point end_;
    std::atomic<std::uint64_t> next_ = 0;
    std::mutex mutex_;
};

TEST(OperatorSimulation, EndsRightOrSaysWhyInEverySchedule) {
    common::log::start(common::log::Level::error);  // warnings are the point
    if (const auto seed = number_from_environment("SIMULATION_SEED", UINT64_MAX); seed != UINT64_MAX) {
        const Outcome outcome = play(seed, {}, /*tell=*/true);
        std::cout << text_of(seed, outcome);
        EXPECT_TRUE(outcome.violations.empty());
        return;
    }
    const auto began = std::chrono::steady_clock::now();
    Season season(number_from_environment("SIMULATION_SCHEDULES", 1'000),
                  std::chrono::seconds(number_from_environment("SIMULATION_SECONDS", 3'600)));
    season.run();
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::cout << season.played << " schedules in " << took
              << " s: " << static_cast<double>(season.played) / took << " a second, " << season.steps
              << " steps, " << season.writes << " writes, " << season.ready << " ready in the end\n";
    for (const std::uint64_t seed : season.failed) {
        ADD_FAILURE() << text_of(seed, play(seed, {}, /*tell=*/true));
    }
}

TEST(OperatorSimulation, DoesTheSameForTheSameSeed) {
    common::log::start(common::log::Level::error);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const Outcome once = play(seed, {}, /*tell=*/true);
        const Outcome again = play(seed, {}, /*tell=*/true);
        EXPECT_EQ(once.story, again.story);
        EXPECT_EQ(once.steps, again.steps);
    }
}

}  // namespace
}  // namespace crm::simulation
