#include "common/metrics.h"

#include <chrono>
#include <memory>
#include <sstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace common {
namespace {

/// The value of a metric without labels in an exposition text; -1 when it is not there.
double value_of(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
    }
    return -1;
}

TEST(Metrics, TellAboutTheProcess) {
    Metrics metrics;
    const std::string text = metrics.text();
    EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1'000'000);
    EXPECT_GT(value_of(text, "process_virtual_memory_bytes"),
              value_of(text, "process_resident_memory_bytes"));
    EXPECT_GE(value_of(text, "process_open_fds"), 3);
    EXPECT_GE(value_of(text, "process_max_fds"), value_of(text, "process_open_fds"));
    EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
    EXPECT_NE(text.find("# TYPE process_cpu_seconds_total counter"), std::string::npos);
    const double now =
        static_cast<double>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    const double start = value_of(text, "process_start_time_seconds");
    EXPECT_LE(start, now + 1);
    EXPECT_GT(start, now - 3600);
}

TEST(Metrics, AreReadAfreshEachTime) {
    Metrics metrics;
    const double files = value_of(metrics.text(), "process_open_fds");
    const int one_more = dup(STDERR_FILENO);
    EXPECT_EQ(value_of(metrics.text(), "process_open_fds"), files + 1);
    close(one_more);
    EXPECT_EQ(value_of(metrics.text(), "process_open_fds"), files);

    const double cpu = value_of(metrics.text(), "process_cpu_seconds_total");
    const auto begin = std::chrono::steady_clock::now();
    while (value_of(metrics.text(), "process_cpu_seconds_total") == cpu) {
        ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    }
}

TEST(Metrics, ShowWhatTheProgramRegisters) {
    Metrics metrics;
    auto& family =
        prometheus::BuildCounter().Name("things_total").Help("Things.").Register(metrics.registry());
    auto& counter = family.Add({{"kind", "a"}});
    counter.Increment();
    counter.Increment();
    EXPECT_NE(metrics.text().find("things_total{kind=\"a\"} 2"), std::string::npos);
}

}  // namespace
}  // namespace common
