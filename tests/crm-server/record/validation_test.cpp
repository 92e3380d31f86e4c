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

TEST(ValidatePatch, GivesAFieldItsDefaultAgainForNull) {
    const Entity entity = contact();
    const json nulls = {
        {"status", nullptr}, {"doNotContact", nullptr}, {"custom", nullptr}, {"city", nullptr}};
    for (const auto& changes : {validate_patch(entity, nulls), validate_create(entity, nulls)}) {
        ASSERT_TRUE(changes);
        EXPECT_EQ(value_of(*changes, "status"), "lead");
        EXPECT_EQ(value_of(*changes, "doNotContact"), "f");
        EXPECT_EQ(value_of(*changes, "custom"), "{}");
        EXPECT_EQ(value_of(*changes, "city"), std::nullopt);
    }
}

TEST(ValidatePatch, ClearsNoRequiredFieldWithoutADefault) {
    const auto changes = validate_patch(company(), json::object({{"name", nullptr}}));
    ASSERT_FALSE(changes);
    EXPECT_THAT(changes.error(), ElementsAre(Violation{"/name", "must not be null"}));
}

TEST(ValidatePatch, TakesForAReadOnlyFieldOnlyWhatItMayBe) {
    for (const json& value : {json("1"), json(nullptr), json::array(), json(true)})
        for (const std::string name : {"id", "createdAt", "updatedAt", "version"}) {
            const auto changes = validate_patch(company(), json::object({{name, value}}));
            ASSERT_FALSE(changes) << name << value;
            EXPECT_THAT(changes.error(),
                        ElementsAre(Violation{"/" + name, "is given by the server and cannot be set"}));
        }
}

TEST(ApplyChange, LetsAReadOnlyFieldBeSentAsItIs) {
    const Entity entity = contact();
    const auto patch = validate_patch(entity, json::object({{"createdAt", "2024-02-29T12:30:00.5Z"}}));
    ASSERT_TRUE(patch);
    EXPECT_EQ(*apply_change(patch->front(), "2024-02-29 12:30:00.5+00"), "2024-02-29 12:30:00.5+00");
    const auto other = apply_change(patch->front(), "2024-02-29 12:30:00.6+00");
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error(),
                ElementsAre(Violation{"/createdAt", "is given by the server and cannot be set"}));
}

class CustomPatch : public testing::Test {
  protected:
    Validated<std::optional<std::string>> apply(std::string patch, std::string current) const {
        return apply_change({find_field(entity_, "custom"), std::move(patch)}, std::move(current));
    }

  private:
    const Entity entity_ = contact();
};

TEST_F(CustomPatch, FollowsRfc7396) {
    EXPECT_EQ(*apply(R"({"a":null,"b":{"c":2},"d":[1]})", R"({"a": 1, "b": {"x": 1}, "d": {"y": 1}})"),
              R"({"b":{"c":2,"x":1},"d":[1]})");
}

TEST_F(CustomPatch, KeepsTheTextWhenNothingChanges) {
    EXPECT_EQ(*apply(R"({"a":1})", R"({"a": 1, "b": 2})"), R"({"a": 1, "b": 2})");
}

TEST_F(CustomPatch, ChangesANumberThatIsAnotherExactly) {
    EXPECT_EQ(*apply(R"({"n":-1})", R"({"n": 18446744073709551615})"), R"({"n":-1})");
    EXPECT_EQ(*apply(R"({"n":9007199254740992.0})", R"({"n": 9007199254740993})"),
              R"({"n":9007199254740992})");
    EXPECT_EQ(*apply(R"({"n":1.0})", R"({"n": 1})"), R"({"n": 1})");
}

TEST_F(CustomPatch, RefusesAResultThatIsTooLarge) {
    const std::string half(9000, 'x');
    const auto merged = apply(R"({"b":")" + half + "\"}", R"({"a": ")" + half + "\"}");
    ASSERT_FALSE(merged);
    EXPECT_THAT(merged.error(), ElementsAre(Violation{"/custom", "must be at most 16384 bytes of JSON"}));
}

TEST_F(CustomPatch, RefusesToTouchAStoredNumberThatItCannotKeep) {
    EXPECT_FALSE(apply(R"({"a":1})", R"({"n": 0.12345678901234567891})"));
}

}  // namespace
}  // namespace record
