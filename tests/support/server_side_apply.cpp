#include "tests/support/server_side_apply.h"

#include "tests/support/field_set.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace support {
namespace {

using kube::json;

/// What a manager owns, as FieldsV1.
struct Entry {
    FieldManager manager;
    const json* written = nullptr;  // the whole entry, as it stands in the object; null for a new one
    std::optional<json> changed = std::nullopt;

    const json& fields() const {
        static const json kNone = json::object();
        return changed ? *changed : written != nullptr ? written->at("fieldsV1") : kNone;
    }
};
using Entries = std::vector<Entry>;

bool has_managers(const json& object) {
    return object.is_object() && object.contains("metadata") && object["metadata"].contains("managedFields");
}

Entries entries_of(const json& object) {
    Entries entries;
    if (has_managers(object)) {
        for (const json& entry : object["metadata"]["managedFields"]) {
            if (entry.empty()) {
                continue;  // how somebody says that there are none
            }
            const FieldManager manager{entry.at("manager"), entry.at("operation"),
                                       entry.value("subresource", std::string{})};
            entries.push_back({.manager = manager, .written = &entry});
        }
    }
    return entries;
}

json item_of(const Entry& entry, const json& object) {
    if (entry.written != nullptr && !entry.changed) {
        return *entry.written;
    }
    json item = {{"manager", entry.manager.name},
                 {"operation", entry.manager.operation},
                 {"apiVersion", object.value("apiVersion", std::string{})},
                 {"fieldsType", "FieldsV1"},
                 {"fieldsV1", entry.fields()}};
    if (!entry.manager.subresource.empty()) {
        item["subresource"] = entry.manager.subresource;
    }
    return item;
}

json with_entries(json object, const Entries& entries) {
    json list = json::array();
    for (const Entry& entry : entries) {
        if (!entry.fields().empty()) {
            list.push_back(item_of(entry, object));
        }
    }
    object["metadata"]["managedFields"] = std::move(list);
    return object;
}

Entry& entry_of(Entries& entries, const FieldManager& manager) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.manager == manager; });
    return found != entries.end() ? *found : entries.emplace_back(Entry{.manager = manager});
}

bool equal_at(const json& a, const json& b, const FieldPath& path) {
    const json* in_a = value_at(a, path);
    const json* in_b = value_at(b, path);
    return in_a == nullptr || in_b == nullptr ? in_a == in_b : *in_a == *in_b;
}

std::string text_of(const FieldPath& path) {
    std::string text;
    for (const std::string& element : path) {
        text += "." + element.substr(2);
    }
    return text;
}

/// Another owns these no more.
void lose(Entry& entry, const std::vector<FieldPath>& paths) {
    FieldSet fields = from_fields_v1(entry.fields());
    for (const FieldPath& path : paths) {
        fields.erase(path);
    }
    entry.changed = to_fields_v1(fields);
}

bool is_item(const FieldPath& path) {
    return path.back().front() != 'f';
}

}  // namespace

Result<json> apply_manifest(const json& live, const json& manifest, const FieldManager& manager, bool force) {
    Entries entries = entries_of(live);
    (void)entry_of(entries, manager);
    json wanted = fields_v1_of(manifest);
    json result = live;
    merge(result, manifest);

    for (Entry& other : entries) {
        if (other.manager == manager) {
            continue;
        }
        std::vector<FieldPath> taken = common_values(wanted, other.fields());
        std::erase_if(taken, [&](const FieldPath& path) { return equal_at(live, result, path); });
        if (!force && !taken.empty()) {
            return fail(ErrorKind::conflict, "Apply failed with a conflict: conflict with \"" +
                                                 other.manager.name + "\": " + text_of(taken.front()));
        }
        if (!taken.empty()) {
            lose(other, taken);
        }
    }
    Entry& own = entry_of(entries, manager);
    const std::vector<FieldPath> given_up = left_out(own.fields(), wanted);
    if (own.fields() != wanted) {
        own.changed = std::move(wanted);
    }
    const auto is_owned = [&](const FieldPath& path) {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const Entry& entry) { return has_inside(entry.fields(), path); });
    };
    for (const FieldPath& path : given_up) {
        if (!is_owned(path)) {
            remove_at(result, path, is_owned);
        }
    }
    return with_entries(std::move(result), entries);
}

json own_changes(const json& before, json after, const FieldManager& manager) {
    // Whoever writes an object may write what is said of its managers, too.
    const json managed = has_managers(after) ? after : before;
    Entries entries = entries_of(managed);
    if (before.is_null() && entries.empty()) {
        const Entry all{.manager = manager, .changed = fields_v1_of(after)};
        return with_entries(std::move(after), {all});
    }
    FieldSet changed;
    for (const FieldPath& path : fields_of(after)) {
        const bool same = is_item(path) ? value_at(before, path) != nullptr : equal_at(before, after, path);
        if (before.is_null() || !same) {
            changed.insert(path);
        }
    }
    for (Entry& entry : entries) {
        std::vector<FieldPath> lost;
        for (const FieldPath& path : from_fields_v1(entry.fields())) {
            if (changed.contains(path) || value_at(after, path) == nullptr) {
                lost.push_back(path);
            }
        }
        if (!lost.empty()) {
            lose(entry, lost);
        }
    }
    Entry& own = entry_of(entries, manager);
    FieldSet fields = from_fields_v1(own.fields());
    fields.merge(changed);
    own.changed = to_fields_v1(fields);
    return with_entries(std::move(after), entries);
}

}  // namespace support
