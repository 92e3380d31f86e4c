#include "common/log.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace common::log {
namespace {

constexpr std::chrono::system_clock::time_point kTime{std::chrono::milliseconds(1'714'979'289'012)};

std::string printed_at(Level minimum, void (*log)()) {
    start(minimum);
    testing::internal::CaptureStderr();
    log();
    const std::string output = testing::internal::GetCapturedStderr();
    start(Level::info);
    return output;
}

TEST(Log, IsOneJsonObjectALine) {
    EXPECT_EQ(line(kTime, Level::info, "Applied object",
                   {{"kind", "Service"}, {"count", 3}, {"seconds", 0.25}, {"changed", true}}),
              R"({"time":"2024-05-06T07:08:09.012Z","level":"info","message":"Applied object",)"
              R"("kind":"Service","count":3,"seconds":0.25,"changed":true})");
}

TEST(Log, KeepsTheTypesOfItsFields) {
    const std::string name = "acme";
    const auto entry = nlohmann::json::parse(
        line(kTime, Level::debug, "m",
             {{"string", name}, {"size", name.size()}, {"negative", -1}, {"not", false}, {"half", 0.5}}));
    EXPECT_EQ(entry["string"], "acme");
    EXPECT_EQ(entry["size"], 4);
    EXPECT_EQ(entry["negative"], -1);
    EXPECT_EQ(entry["not"], false);
    EXPECT_EQ(entry["half"], 0.5);
}

TEST(Log, StaysJsonWhateverIsLogged) {
    const std::string text =
        line(kTime, Level::error, "line\nbreak \xFF",
             {{"quote\"key", "\x01"}, {"nan", std::numeric_limits<double>::quiet_NaN()}});
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const auto entry = nlohmann::json::parse(text);
    EXPECT_EQ(entry["message"], "line\nbreak \xEF\xBF\xBD");
    EXPECT_EQ(entry["quote\"key"], "\x01");
    EXPECT_TRUE(entry["nan"].is_null());
}

TEST(Log, HasEachKeyOnce) {
    EXPECT_EQ(line(kTime, Level::info, "m", {{"message", "a"}, {"x", 1}, {"x", 2}, {"x", 3}, {"time", "t"}}),
              R"({"time":"2024-05-06T07:08:09.012Z","level":"info","message":"m",)"
              R"("message_":"a","x":1,"x_":2,"x__":3,"time_":"t"})");
}

TEST(Log, PrintsWholeLinesOnStandardError) {
    const std::string output = printed_at(Level::info, [] {
        info("first {} %v", {{"a", 1}});
        error("second");
    });
    const std::size_t end = output.find('\n');
    EXPECT_EQ(nlohmann::json::parse(output.substr(0, end))["message"], "first {} %v");
    EXPECT_EQ(nlohmann::json::parse(output.substr(end + 1))["level"], "error");
    EXPECT_TRUE(output.ends_with("\n"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
    const auto log_all = [] {
        debug("d");
        info("i");
        warning("w");
        error("e");
    };
    const auto lines = [&](Level minimum) {
        const std::string output = printed_at(minimum, log_all);
        return std::count(output.begin(), output.end(), '\n');
    };
    EXPECT_EQ(lines(Level::debug), 4);
    EXPECT_EQ(lines(Level::info), 3);
    EXPECT_EQ(lines(Level::warning), 2);
    EXPECT_EQ(lines(Level::error), 1);
}

TEST(Log, KnowsTheNamesOfItsLevels) {
    Level level = Level::info;
    EXPECT_TRUE(parse("debug", level));
    EXPECT_EQ(level, Level::debug);
    EXPECT_TRUE(parse("warning", level));
    EXPECT_EQ(level, Level::warning);
    for (const char* wrong : {"", "Info", "trace", "warn"}) EXPECT_FALSE(parse(wrong, level)) << wrong;
    EXPECT_EQ(level, Level::warning) << "an unknown name changes nothing";
}

}  // namespace
}  // namespace common::log
