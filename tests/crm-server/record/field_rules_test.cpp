#include "crm-server/record/field_rules.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace record {
namespace {

using nlohmann::json;

struct Case {
    FieldType type;
    json value;
    std::string expected;  // the normal text, or what is wrong after "!"
};

std::string outcome(const Field& field, const json& value) {
    const auto result = normalise(field, value);
    return result ? *result : "!" + result.error();
}

Field field_of(FieldType type) {
    return {.name = "f", .column = "f", .type = type, .choices = {"lead", "lost"}};
}

TEST(FieldRules, AcceptAndRefuseByType) {
    const std::vector<Case> cases{
        {FieldType::text, "Zoë", "Zoë"},
        {FieldType::text, "", ""},
        {FieldType::text, 7, "!must be a string"},
        {FieldType::text, json::array(), "!must be a string"},
        {FieldType::text, std::string("a\0b", 3), "!must not contain the character U+0000"},
        {FieldType::text, " Zoe\u0308 ", "Zo\u00EB"},
        {FieldType::text, "a\u200Bb", "!must not contain the character U+200B"},
        {FieldType::text, "a\nb", "!must not contain the character U+000A"},
        {FieldType::text, "a\u0085b", "!must not contain the character U+0085"},
        {FieldType::text, "\u0646\u200C\u0647", "\u0646\u200C\u0647"},
        {FieldType::text, "a\u00A0b", "a\u00A0b"},
        {FieldType::long_text, "a\r\n\tb\n", "a\r\n\tb"},
        {FieldType::long_text, "a\u200Eb", "a\u200Eb"},
        {FieldType::long_text, "a\u001Bb", "!must not contain the character U+001B"},
        {FieldType::email, "zoe@example.com", "zoe@example.com"},
        {FieldType::email, "o'hara+crm@sub.example.com", "o'hara+crm@sub.example.com"},
        {FieldType::email, "jörg@müller.example", "jörg@müller.example"},
        {FieldType::email, "", "!must be an e-mail address"},
        {FieldType::email, "zoe", "!must be an e-mail address"},
        {FieldType::email, "@example.com", "!must be an e-mail address"},
        {FieldType::email, "zoe@", "!must be an e-mail address"},
        {FieldType::email, "zoe@-example.com", "!must be an e-mail address"},
        {FieldType::email, "zoe@example..com", "!must be an e-mail address"},
        {FieldType::email, "zoe@example.com\n", "zoe@example.com"},
        {FieldType::email, "zo\u00A0e@example.com", "!must be an e-mail address"},
        {FieldType::email, "zo\u200Ce@example.com", "!must be an e-mail address"},
        {FieldType::email, "zoe@exa\u200Bmple.com", "!must not contain the character U+200B"},
        {FieldType::email, "\uFEFFzoe@example.com", "!must not contain the character U+FEFF"},
        {FieldType::email, "zoe@example.com\u202E", "!must not contain the character U+202E"},
        {FieldType::email, "zo e@example.com", "!must be an e-mail address"},
        {FieldType::email, ".zoe@example.com", "!must be an e-mail address"},
        {FieldType::email, "a@b@example.com", "!must be an e-mail address"},
        {FieldType::email, std::string(65, 'a') + "@example.com", "!must be an e-mail address"},
        {FieldType::phone, "+49 (30) 123-456 x7", "+49 (30) 123-456 x7"},
        {FieldType::phone, "+1 212 555 0100 ext. 5", "+1 212 555 0100 ext. 5"},
        {FieldType::phone, "call me", "!must be a phone number"},
        {FieldType::phone, "+-()", "!must be a phone number"},
        {FieldType::url, "https://example.com/a?b#c", "https://example.com/a?b#c"},
        {FieldType::url, "HTTP://EXAMPLE.COM", "HTTP://EXAMPLE.COM"},
        {FieldType::url, "javascript:alert(1)", "!must be an http or https URL"},
        {FieldType::url, "https://", "!must be an http or https URL"},
        {FieldType::url, "https:///path", "!must be an http or https URL"},
        {FieldType::url, "https://exa mple.com", "!must be an http or https URL"},
        {FieldType::uuid, "0190AAAA-0000-7000-8000-00000000ABCD", "0190aaaa-0000-7000-8000-00000000abcd"},
        {FieldType::uuid, "0190aaaa00007000800000000000abcd", "!must be a UUID"},
        {FieldType::uuid, "0190aaaa-0000-7000-8000-00000000abcg", "!must be a UUID"},
        {FieldType::uuid, "0190aaaa-0000-7000-8000-00000000abcd0", "!must be a UUID"},
        {FieldType::uuid, "", "!must be a UUID"},
        {FieldType::integer, 42, "42"},
        {FieldType::integer, -1, "-1"},
        {FieldType::integer, INT64_MAX, "9223372036854775807"},
        {FieldType::integer, INT64_MIN, "-9223372036854775808"},
        {FieldType::integer, UINT64_MAX, "!must be at most 9223372036854775807"},
        {FieldType::integer, 1.5, "!must be an integer"},
        {FieldType::url, "https://a.example/\u200B", "!must not contain the character U+200B"},
        {FieldType::url, "https://a.example/\u00A0b", "!must be an http or https URL"},
        {FieldType::integer, "1", "!must be an integer"},
        {FieldType::boolean, true, "t"},
        {FieldType::boolean, false, "f"},
        {FieldType::boolean, "true", "!must be true or false"},
        {FieldType::boolean, 1, "!must be true or false"},
        {FieldType::date, "2024-02-29", "2024-02-29"},
        {FieldType::date, "2023-02-29", "!must be a date like 2024-02-29"},
        {FieldType::timestamp, "2024-02-29T12:30:00+01:00", "2024-02-29 11:30:00+00"},
        {FieldType::timestamp, "yesterday", "!must be an RFC 3339 time like 2024-02-29T12:30:00Z"},
        {FieldType::choice, "lead", "lead"},
        {FieldType::choice, "Lead", "!must be one of: lead, lost"},
        {FieldType::custom, json::object({{"a", json::array({1, nullptr})}}), R"({"a":[1,null]})"},
        {FieldType::custom, json::array(), "!must be an object"},
    };
    for (const Case& c : cases) EXPECT_EQ(outcome(field_of(c.type), c.value), c.expected) << c.value;
}

TEST(FieldRules, CountCharactersAndNotBytes) {
    const Field field{.name = "f", .column = "f", .max_length = 3};
    EXPECT_EQ(outcome(field, "äöü"), "äöü");
    EXPECT_EQ(outcome(field, "äöüß"), "!must be at most 3 characters");
}

TEST(FieldRules, LimitCustomByItsBytes) {
    const Field field{.name = "f", .column = "f", .type = FieldType::custom, .max_length = 8};
    EXPECT_EQ(outcome(field, json::object({{"a", 1}})), R"({"a":1})");
    EXPECT_EQ(outcome(field, json::object({{"a", 10}})), "!must be at most 8 bytes of JSON")
        << "PostgreSQL prints a space";
    EXPECT_EQ(outcome(field, json::object({{"a", 1e9 + 0.5}})), "!must be at most 8 bytes of JSON");
    EXPECT_EQ(outcome(field, json::object({{"a", 1e300}})), "!must be at most 8 bytes of JSON")
        << "PostgreSQL prints no exponents";
}

TEST(FieldRules, WantARequiredTextToSaySomething) {
    EXPECT_EQ(outcome({.name = "f", .column = "f", .required = true}, ""), "!must not be empty");
}

}  // namespace
}  // namespace record
