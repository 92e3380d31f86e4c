#include "operator/crm/report/instance_metrics.h"

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace crm {
namespace {

std::string fields(std::string_view ready) {
    return R"({"status": {"conditions": [{"type": "Ready", "status": ")" + std::string(ready) + R"("}]}})";
}

class InstanceMetricsTest : public testing::Test {
  protected:
    std::map<std::string, double> ready() {
        std::map<std::string, double> counts;
        for (const auto& family : registry.Collect()) {
            for (const auto& metric : family.metric) {
                if (metric.label.at(0).value == "Ready") {
                    counts[metric.label.at(1).value] = metric.gauge.value;
                }
            }
        }
        return counts;
    }

    using Counts = std::map<std::string, double>;
    prometheus::Registry registry;
    InstanceMetrics metrics{registry};
};

TEST_F(InstanceMetricsTest, TellZeroOfWhatThereIsNone) {
    EXPECT_EQ(ready(), (Counts{{"True", 0}, {"False", 0}, {"Unknown", 0}}));
}

TEST_F(InstanceMetricsTest, FollowInstancesAsTheyComeChangeAndGo) {
    metrics.changed("", "{}");
    metrics.changed("{}", fields("False"));
    metrics.changed("", fields("False"));
    EXPECT_EQ(ready(), (Counts{{"True", 0}, {"False", 2}, {"Unknown", 0}}));
    metrics.changed(fields("False"), fields("True"));
    EXPECT_EQ(ready(), (Counts{{"True", 1}, {"False", 1}, {"Unknown", 0}}));
    metrics.changed(fields("True"), "");
    EXPECT_EQ(ready(), (Counts{{"True", 0}, {"False", 1}, {"Unknown", 0}}));
}

TEST_F(InstanceMetricsTest, CountAConditionThatTheyDoNotExpect) {
    metrics.changed("",
                    R"({"status": {"conditions": [{"type": "Ready", "status": "Odd"}, {"type": "New"}]}})");
    EXPECT_EQ(ready().at("Unknown"), 1);
}

}  // namespace
}  // namespace crm
