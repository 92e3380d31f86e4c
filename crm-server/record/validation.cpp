#include "crm-server/record/validation.h"

#include "common/strict_json.h"
#include "crm-server/record/field_rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace record {
namespace {

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
        if (violations.is_full()) return;
        if (find_field(entity, member.key()) == nullptr)
            violations.push_back(
                {pointer_to(member.key()), fmt::format("is not a field of a {}", entity.name)});
    }
}

/// What a field has that nobody gave a value.
std::optional<std::string> default_of(const Field& field) {
    if (field.default_value.empty()) return std::nullopt;
    return normalise(field, nlohmann::json::parse(field.default_value)).value();
}

Change check_value(const Field& field, const nlohmann::json& value, Violations& violations) {
    if (value.is_null()) {
        Change change{&field, default_of(field), true};
        if (field.required && !change.value)
            violations.push_back({pointer_to(field.name), "must not be null"});
        return change;
    }
    auto normal = normalise(field, value);
    if (normal) return {&field, std::move(*normal)};
    violations.push_back({pointer_to(field.name), std::move(normal.error())});
    return {&field, std::nullopt};
}

Violation refuse_read_only(const Field& field) {
    return {pointer_to(field.name), "is given by the server and cannot be set"};
}

/// RFC 7396.
Validated<std::optional<std::string>> merge(const Change& custom_patch,
                                            const std::optional<std::string>& current) {
    // Deeper than any body: what is stored may be merged of several.
    constexpr int kDeepest = 100;
    const Field& field = *custom_patch.field;
    const auto before = common::parse_strict_json(current.value_or("{}"), kDeepest);
    const auto patch = common::parse_strict_json(*custom_patch.value, kDeepest);
    if (!before || !patch)
        return tl::unexpected(Violations{{pointer_to(field.name), "cannot be merged into what is stored"}});
    nlohmann::json merged = *before;
    merged.merge_patch(*patch);
    if (current && common::is_same_json(merged, *before)) return current;
    auto normal = normalise(field, merged);
    if (!normal) return tl::unexpected(Violations{{pointer_to(field.name), std::move(normal.error())}});
    return std::optional<std::string>(std::move(*normal));
}

}  // namespace

Validated<Changes> validate_create(const Entity& entity, const nlohmann::json& body) {
    Violations violations;
    check_names(entity, body, violations);
    Changes changes;
    for (const Field& field : entity.fields) {
        const auto sent = body.find(field.name);
        if (field.read_only) {
            if (sent != body.end()) violations.push_back(refuse_read_only(field));
        } else if (sent != body.end()) {
            changes.push_back(check_value(field, *sent, violations));
        } else if (field.required && field.default_value.empty()) {
            violations.push_back({pointer_to(field.name), "is required"});
        } else {
            changes.push_back({&field, default_of(field)});
        }
    }
    if (!violations.empty()) return tl::unexpected(std::move(violations));
    return changes;
}

Validated<Changes> validate_patch(const Entity& entity, const nlohmann::json& patch) {
    Violations violations;
    check_names(entity, patch, violations);
    Changes changes;
    for (const Field& field : entity.fields) {
        const auto sent = patch.find(field.name);
        if (sent == patch.end()) continue;
        // What could not be one of its values cannot be the one that the record has.
        if (field.read_only && (sent->is_null() || !normalise(field, *sent)))
            violations.push_back(refuse_read_only(field));
        else
            changes.push_back(check_value(field, *sent, violations));
    }
    if (!violations.empty()) return tl::unexpected(std::move(violations));
    return changes;
}

Validated<std::optional<std::string>> apply_change(const Change& change,
                                                   const std::optional<std::string>& current) {
    const Field& field = *change.field;
    if (field.read_only && change.value != current)
        return tl::unexpected(Violations{refuse_read_only(field)});
    return field.type == FieldType::custom && !change.removes ? merge(change, current) : change.value;
}

}  // namespace record
