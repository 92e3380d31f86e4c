#include "crm-server/record/validation.h"

#include "crm-server/record/field_rules.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace record {
namespace {

constexpr std::size_t kMaxViolations = 50;

std::string pointer_to(std::string_view name) {
    std::string pointer = "/";
    for (const char c : name) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    return pointer;
}

void check_names(const Entity& entity, const nlohmann::json& body, Violations& violations) {
    for (const auto& member : body.items()) {
        if (violations.size() == kMaxViolations) return;
        const Field* field = find_field(entity, member.key());
        if (field == nullptr)
            violations.push_back(
                {pointer_to(member.key()), fmt::format("is not a field of a {}", entity.name)});
        else if (field->read_only)
            violations.push_back({pointer_to(member.key()), "is given by the server and cannot be set"});
    }
}

Change check_value(const Field& field, const nlohmann::json& value, Violations& violations) {
    Change change{&field, std::nullopt};
    if (value.is_null()) {
        if (field.required) violations.push_back({pointer_to(field.name), "must not be null"});
        return change;
    }
    auto normal = normalise(field, value);
    if (normal)
        change.value = std::move(*normal);
    else
        violations.push_back({pointer_to(field.name), std::move(normal.error())});
    return change;
}

}  // namespace

Validated<Changes> validate_create(const Entity& entity, const nlohmann::json& body) {
    Violations violations;
    check_names(entity, body, violations);
    Changes changes;
    for (const Field& field : entity.fields) {
        if (field.read_only) continue;
        if (const auto sent = body.find(field.name); sent != body.end())
            changes.push_back(check_value(field, *sent, violations));
        else if (!field.default_value.empty())
            changes.push_back(check_value(field, nlohmann::json::parse(field.default_value), violations));
        else if (field.required)
            violations.push_back({pointer_to(field.name), "is required"});
        else
            changes.push_back({&field, std::nullopt});
    }
    if (!violations.empty()) return tl::unexpected(std::move(violations));
    return changes;
}

Validated<Changes> validate_patch(const Entity& entity, const nlohmann::json& patch) {
    Violations violations;
    check_names(entity, patch, violations);
    Changes changes;
    for (const Field& field : entity.fields)
        if (const auto sent = patch.find(field.name); !field.read_only && sent != patch.end())
            changes.push_back(check_value(field, *sent, violations));
    if (!violations.empty()) return tl::unexpected(std::move(violations));
    return changes;
}

Validated<std::optional<std::string>> merge(const Change& custom_patch,
                                            const std::optional<std::string>& current) {
    if (!custom_patch.value) return std::optional<std::string>();
    nlohmann::json merged = current ? nlohmann::json::parse(*current) : nlohmann::json::object();
    const nlohmann::json before = merged;
    merged.merge_patch(nlohmann::json::parse(*custom_patch.value));
    if (current && merged == before) return current;
    auto normal = normalise(*custom_patch.field, merged);
    if (!normal)
        return tl::unexpected(Violations{{pointer_to(custom_patch.field->name), std::move(normal.error())}});
    return std::optional<std::string>(std::move(*normal));
}

}  // namespace record
