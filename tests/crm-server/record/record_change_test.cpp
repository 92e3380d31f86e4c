#include "crm-server/record/record_change.h"

#include <gtest/gtest.h>

namespace record {
namespace {

const Entity kThing = make_entity("thing", "things",
                                  {{.name = "name", .column = "name", .required = true},
                                   {.name = "count", .column = "count", .type = FieldType::integer},
                                   {.name = "custom", .column = "custom", .type = FieldType::custom}});
const store::Parameters kCurrent{"id", "Zoë", std::nullopt, R"({"a": 1})", "t", "t", "7"};

Changes patch(const std::string& json) {
    return *validate_patch(kThing, nlohmann::json::parse(json));
}

TEST(RecordChange, TakesFromThePatchWhatItNamesAndTheRestFromTheRecord) {
    const auto change = apply_patch(kThing, kCurrent, patch(R"({"count": 3, "custom": {"b": 2}})"));
    EXPECT_TRUE(change->changes_anything);
    EXPECT_EQ(change->values, (store::Parameters{"Zoë", "3", R"({"a":1,"b":2})"}));
    EXPECT_EQ(change->diff,
              R"({"count":{"from":null,"to":3},"custom":{"from":{"a": 1},"to":{"a":1,"b":2}}})");
}

TEST(RecordChange, IsNoneWhenThePatchSaysWhatTheRecordHas) {
    const auto change =
        apply_patch(kThing, kCurrent, patch(R"({"name": "Zoë", "count": null, "custom": {"a": 1}})"));
    EXPECT_FALSE(change->changes_anything);
    EXPECT_EQ(change->values, (store::Parameters{"Zoë", std::nullopt, R"({"a": 1})"}));
    EXPECT_EQ(change->diff, "{}");
}

TEST(RecordChange, OfACreationHasEveryValueThatIsSet) {
    const auto change = creation(*validate_create(kThing, nlohmann::json::parse(R"({"name": "\"Z\""})")));
    EXPECT_EQ(change.values, (store::Parameters{"\"Z\"", std::nullopt, std::nullopt}));
    EXPECT_EQ(change.diff, R"({"name":{"from":null,"to":"\"Z\""}})");
}

TEST(RecordChange, OfARemovalHasEveryValueThatWasSet) {
    EXPECT_EQ(removal_diff(kThing, kCurrent),
              R"({"name":{"from":"Zoë","to":null},"custom":{"from":{"a": 1},"to":null}})");
}

}  // namespace
}  // namespace record
