#include "crm-server/record/record_change.h"

#include "common/json_text.h"
#include "crm-server/record/record_json.h"

#include <algorithm>
#include <utility>

namespace record {
namespace {

using Value = std::optional<std::string>;

class Diff {
  public:
    void add(const Field& field, const Value& from, const Value& to) {
        text_ += text_.empty() ? '{' : ',';
        common::append_json_string(text_, field.name);
        text_ += ":{\"from\":";
        append(field, from);
        text_ += ",\"to\":";
        append(field, to);
        text_ += '}';
    }

    bool empty() const { return text_.empty(); }
    std::string text() const { return empty() ? "{}" : text_ + '}'; }

  private:
    void append(const Field& field, const Value& value) {
        if (value)
            append_value(text_, field.type, *value);
        else
            text_ += "null";
    }

    std::string text_;
};

}  // namespace

Validated<RecordChange> apply_patch(const Entity& entity, const store::Parameters& current,
                                    const Changes& patch) {
    RecordChange result;
    Diff diff;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        const Field& field = entity.fields[i];
        Value value = current[i];
        if (const auto sent = std::ranges::find(patch, &field, &Change::field); sent != patch.end()) {
            auto changed = apply_change(*sent, current[i]);
            if (!changed) return tl::unexpected(std::move(changed.error()));
            value = std::move(*changed);
            if (value != current[i]) diff.add(field, current[i], value);
        }
        if (!field.read_only) result.values.push_back(std::move(value));
    }
    result.changes_anything = !diff.empty();
    result.diff = diff.text();
    return result;
}

RecordChange creation(const Changes& changes) {
    RecordChange result;
    Diff diff;
    for (const Change& change : changes) {
        if (change.value) diff.add(*change.field, std::nullopt, change.value);
        result.values.push_back(change.value);
    }
    result.changes_anything = true;
    result.diff = diff.text();
    return result;
}

std::string removal_diff(const Entity& entity, const store::Parameters& current) {
    Diff diff;
    for (std::size_t i = 0; i < entity.fields.size(); ++i)
        if (!entity.fields[i].read_only && current[i]) diff.add(entity.fields[i], current[i], std::nullopt);
    return diff.text();
}

}  // namespace record
