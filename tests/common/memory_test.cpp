#include "common/memory.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace common {
namespace {

/// In kB, of a line of /proc/self/status.
long status_line(const std::string& name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + ":")) {
            return std::atol(line.c_str() + name.size() + 1);
        }
    }
    return 0;
}

TEST(ReturnUnusedMemory, UnmapsCodeThatIsNotRunning) {
    const long before = status_line("RssFile");
    return_unused_memory();
    EXPECT_LT(status_line("RssFile"), before);
}

TEST(ReturnUnusedMemory, KeepsEveryValueAndEveryFunction) {
    const std::vector<std::string> texts(1000, std::string(100, 'x'));
    static const std::string relocated = "value";
    return_unused_memory();
    EXPECT_EQ(texts.back(), std::string(100, 'x'));
    EXPECT_EQ(relocated, "value");
    EXPECT_GT(status_line("VmRSS"), 0);
}

}  // namespace
}  // namespace common
