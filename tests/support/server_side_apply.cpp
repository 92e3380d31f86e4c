#include "tests/support/server_side_apply.h"

#include "tests/support/field_set.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace support {
namespace {

using kube::json;

struct Entry {
    FieldManager manager;
    FieldSet fields;
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
            entries.push_back({manager, from_fields_v1(entry.at("fieldsV1"))});
        }
    }
    return entries;
}

json with_entries(json object, const Entries& entries) {
    json list = json::array();
    for (const Entry& entry : entries) {
        if (entry.fields.empty()) {
            continue;
        }
        json item = {{"manager", entry.manager.name},
                     {"operation", entry.manager.operation},
                     {"apiVersion", object.value("apiVersion", std::string{})},
                     {"fieldsType", "FieldsV1"},
                     {"fieldsV1", to_fields_v1(entry.fields)}};
        if (!entry.manager.subresource.empty()) {
            item["subresource"] = entry.manager.subresource;
        }
        list.push_back(std::move(item));
    }
    object["metadata"]["managedFields"] = std::move(list);
    return object;
}

Entry& entry_of(Entries& entries, const FieldManager& manager) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.manager == manager; });
    return found != entries.end() ? *found : entries.emplace_back(Entry{manager, {}});
}

bool equal_at(const json& a, const json& b, const FieldPath& path) {
    const json* in_a = value_at(a, path);
    const json* in_b = value_at(b, path);
    return in_a == nullptr || in_b == nullptr ? in_a == in_b : *in_a == *in_b;
}

/// A list item's own path says that it exists, not what is in it.
bool is_item(const FieldPath& path) {
    return path.back().front() != 'f';
}

std::string text_of(const FieldPath& path) {
    std::string text;
    for (const std::string& element : path) {
        text += "." + element.substr(2);
    }
    return text;
}

FieldSet all_fields(const Entries& entries) {
    FieldSet all;
    for (const Entry& entry : entries) {
        all.insert(entry.fields.begin(), entry.fields.end());
    }
    return all;
}

}  // namespace

Result<json> apply_manifest(const json& live, const json& manifest, const FieldManager& manager, bool force) {
    Entries entries = entries_of(live);
    const FieldSet before = entry_of(entries, manager).fields;
    const FieldSet wanted = fields_of(manifest);
    json result = merged(live, manifest);

    for (Entry& other : entries) {
        if (other.manager == manager) {
            continue;
        }
        for (const FieldPath& path : wanted) {
            if (is_item(path) || !other.fields.contains(path) || equal_at(live, result, path)) {
                continue;
            }
            if (!force) {
                return fail(ErrorKind::conflict, "Apply failed with a conflict: conflict with \"" +
                                                     other.manager.name + "\": " + text_of(path));
            }
            other.fields.erase(path);
        }
    }
    entry_of(entries, manager).fields = wanted;

    const FieldSet owned = all_fields(entries);
    for (const FieldPath& path : before) {
        if (!has_inside(owned, path)) {
            remove_at(result, path, owned);
        }
    }
    return with_entries(std::move(result), entries);
}

json own_changes(const json& before, json after, const FieldManager& manager) {
    // Whoever writes an object may write what is said of its managers, too.
    Entries entries = entries_of(has_managers(after) ? after : before);
    FieldSet changed;
    for (const FieldPath& path : fields_of(after)) {
        const bool same = is_item(path) ? value_at(before, path) != nullptr : equal_at(before, after, path);
        if (before.is_null() || !same) {
            changed.insert(path);
        }
    }
    for (Entry& entry : entries) {
        std::erase_if(entry.fields, [&](const FieldPath& path) {
            return changed.contains(path) || value_at(after, path) == nullptr;
        });
    }
    entry_of(entries, manager).fields.merge(changed);
    return with_entries(std::move(after), entries);
}

}  // namespace support
