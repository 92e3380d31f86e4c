#include "operator/crm/report/instance_metrics.h"

#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

kube::json fields(const char* ready) {
    return kube::json::parse(
        fmt::format(R"({{"status": {{"conditions": [{{"type": "Ready", "status": "{}"}}]}}}})", ready));
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
    metrics.changed(nullptr, kube::json::object());
    metrics.changed(kube::json::object(), fields("False"));
    metrics.changed(nullptr, fields("False"));
    EXPECT_EQ(ready(), (Counts{{"True", 0}, {"False", 2}, {"Unknown", 0}}));
    metrics.changed(fields("False"), fields("True"));
    EXPECT_EQ(ready(), (Counts{{"True", 1}, {"False", 1}, {"Unknown", 0}}));
    metrics.changed(fields("True"), nullptr);
    EXPECT_EQ(ready(), (Counts{{"True", 0}, {"False", 1}, {"Unknown", 0}}));
}

TEST_F(InstanceMetricsTest, CountAConditionThatTheyDoNotExpect) {
    metrics.changed(nullptr, kube::json::parse(R"({"status": {"conditions":
        [{"type": "Ready", "status": "Odd"}, {"type": "New"}]}})"));
    EXPECT_EQ(ready().at("Unknown"), 1);
}

}  // namespace
}  // namespace crm
