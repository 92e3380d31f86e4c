#include "crm-server/record/validation.h"

#include "crm-server/modules/customers/company.h"
#include "crm-server/modules/customers/contact.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace record {
namespace {

using customers::company;
using customers::contact;
using nlohmann::json;
using testing::ElementsAre;

std::optional<std::string> value_of(const Changes& changes, std::string_view name) {
    const auto found = std::ranges::find_if(changes, [&](const Change& c) { return c.field->name == name; });
    return found == changes.end() ? std::optional<std::string>("absent") : found->value;
}

TEST(ValidateCreate, FillsInDefaultsAndNulls) {
    const Entity entity = contact();
    const auto changes = validate_create(entity, json::object({{"firstName", "Zoë"}}));
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->size(), entity.fields.size() - 4) << "one for each field a client may set";
    EXPECT_EQ(value_of(*changes, "firstName"), "Zoë");
    EXPECT_EQ(value_of(*changes, "lastName"), std::nullopt);
    EXPECT_EQ(value_of(*changes, "status"), "lead");
    EXPECT_EQ(value_of(*changes, "doNotContact"), "f");
    EXPECT_EQ(value_of(*changes, "custom"), "{}");
}

TEST(ValidateCreate, TellsEveryViolationWithItsPointer) {
    const auto changes = validate_create(
        company(), json::object({{"website", "ftp://x"}, {"employees", "many"}, {"a/b~c", 1}, {"id", "x"}}));
    ASSERT_FALSE(changes);
    EXPECT_THAT(changes.error(),
                testing::UnorderedElementsAre(Violation{"/a~1b~0c", "is not a field of a company"},
                                              Violation{"/id", "is given by the server and cannot be set"},
                                              Violation{"/name", "is required"},
                                              Violation{"/website", "must be an http or https URL"},
                                              Violation{"/employees", "must be an integer"}));
}

TEST(ValidateCreate, RefusesNullForARequiredField) {
    const auto changes = validate_create(company(), json::object({{"name", nullptr}}));
    ASSERT_FALSE(changes);
    EXPECT_THAT(changes.error(), ElementsAre(Violation{"/name", "must not be null"}));
}

TEST(ValidateCreate, TellsAtMostFiftyUnknownFields) {
    json body = json::object({{"name", "Acme"}});
    for (int i = 0; i < 1000; ++i) body["unknown" + std::to_string(i)] = i;
    const auto changes = validate_create(company(), body);
    ASSERT_FALSE(changes);
    EXPECT_EQ(changes.error().size(), 50);
}

TEST(ValidatePatch, ChangesOnlyWhatItNames) {
    const Entity entity = contact();
    const auto changes = validate_patch(entity, json::object({{"email", nullptr}, {"firstName", "Zoë"}}));
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->size(), 2);
    EXPECT_EQ(value_of(*changes, "email"), std::nullopt);
    EXPECT_EQ(value_of(*changes, "firstName"), "Zoë");
}

TEST(ValidatePatch, NeitherClearsARequiredFieldNorSetsAReadOnlyOne) {
    for (const std::string name : {"id", "createdAt", "updatedAt", "version"})
        EXPECT_FALSE(validate_patch(company(), json::object({{name, "1"}}))) << name;
    const auto changes = validate_patch(company(), json::object({{"name", nullptr}}));
    ASSERT_FALSE(changes);
    EXPECT_THAT(changes.error(), ElementsAre(Violation{"/name", "must not be null"}));
}

TEST(Merge, FollowsRfc7396) {
    const Entity entity = contact();
    const Change patch{find_field(entity, "custom"), R"({"a":null,"b":{"c":2},"d":[1]})"};
    EXPECT_EQ(*merge(patch, R"({"a": 1, "b": {"x": 1}, "d": {"y": 1}})"), R"({"b":{"c":2,"x":1},"d":[1]})");
}

TEST(Merge, KeepsTheTextWhenNothingChanges) {
    const Entity entity = contact();
    const Change patch{find_field(entity, "custom"), R"({"a":1})"};
    EXPECT_EQ(*merge(patch, R"({"a": 1, "b": 2})"), R"({"a": 1, "b": 2})");
}

TEST(Merge, RefusesAResultThatIsTooLarge) {
    const Entity entity = contact();
    const std::string half(9000, 'x');
    const Change patch{find_field(entity, "custom"), R"({"b":")" + half + "\"}"};
    const auto merged = merge(patch, R"({"a": ")" + half + "\"}");
    ASSERT_FALSE(merged);
    EXPECT_THAT(merged.error(), ElementsAre(Violation{"/custom", "must be at most 16384 bytes of JSON"}));
}

}  // namespace
}  // namespace record
