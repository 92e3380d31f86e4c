#include "common/metrics.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

#include <prometheus/text_serializer.h>

namespace common {
namespace {

/// The numbers of fields in /proc/self/stat, see proc(5).
constexpr int kUserTime = 14;
constexpr int kSystemTime = 15;
constexpr int kStartTime = 22;
constexpr int kVirtualBytes = 23;
constexpr int kResidentPages = 24;

/// What the kernel tells about this process.
struct ProcessStatus {
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double cpu_seconds = 0;
    double start_ticks = 0;
};

ProcessStatus process_status() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    // The second field, the program's name in parentheses, may hold spaces and parentheses itself.
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    ProcessStatus status;
    std::string field;
    for (int number = 3; number <= kResidentPages && fields >> field; ++number) {
        if (number == kUserTime || number == kSystemTime)
            status.cpu_seconds += std::stod(field) / ticks_per_second;
        if (number == kStartTime) status.start_ticks = std::stod(field);
        if (number == kVirtualBytes) status.virtual_bytes = std::stod(field);
        if (number == kResidentPages) {
            status.resident_bytes = std::stod(field) * static_cast<double>(sysconf(_SC_PAGESIZE));
        }
    }
    return status;
}

double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string key; file >> key; file.ignore(1 << 20, '\n')) {
        double seconds = 0;
        if (key == "btime" && file >> seconds) return seconds;
    }
    return 0;
}

double open_files() {
    std::error_code error;
    const std::filesystem::directory_iterator files("/proc/self/fd", error);
    if (error) return 0;
    // The listing itself holds one open.
    return static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

/// The limit that stands in the way first.
double most_open_files() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_unique<prometheus::Registry>()),
      resident_memory_(gauge(*registry_, "process_resident_memory_bytes", "Resident memory size in bytes.")),
      virtual_memory_(gauge(*registry_, "process_virtual_memory_bytes", "Virtual memory size in bytes.")),
      open_files_(gauge(*registry_, "process_open_fds", "Number of open file descriptors.")),
      cpu_seconds_(prometheus::BuildCounter()
                       .Name("process_cpu_seconds_total")
                       .Help("User and system CPU time spent in seconds.")
                       .Register(*registry_)
                       .Add({})) {
    gauge(*registry_, "process_max_fds", "Maximum number of open file descriptors.").Set(most_open_files());
    const double start =
        boot_time() + process_status().start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    gauge(*registry_, "process_start_time_seconds",
          "Start time of the process in seconds since the Unix epoch.")
        .Set(start);
}

std::string Metrics::text() {
    const ProcessStatus status = process_status();
    resident_memory_.Set(status.resident_bytes);
    virtual_memory_.Set(status.virtual_bytes);
    open_files_.Set(open_files());
    cpu_seconds_.Increment(status.cpu_seconds - cpu_seconds_.Value());
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace common
