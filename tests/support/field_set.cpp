#include "tests/support/field_set.h"

#include <algorithm>
#include <map>

namespace support {
namespace {

using kube::json;

bool is_atomic_map(std::string_view field) {
    static const std::set<std::string_view> kFields = {"selector",        "podSelector",  "namespaceSelector",
                                                       "labelSelector",   "nodeSelector", "secretKeyRef",
                                                       "configMapKeyRef", "fieldRef",     "resourceFieldRef",
                                                       "secretRef",       "configMapRef", "claimRef"};
    return kFields.contains(field);
}

bool is_set(std::string_view field) {
    return field == "finalizers";
}

/// The keys by which the items of a list are told apart; none for a list that is owned as a whole.
std::vector<std::string> keys_of_list(std::string_view field, const json& list) {
    static const std::map<std::string_view, std::vector<std::string>> kKeys = {
        {"containers", {"name"}},
        {"initContainers", {"name"}},
        {"env", {"name"}},
        {"volumes", {"name"}},
        {"imagePullSecrets", {"name"}},
        {"volumeMounts", {"mountPath"}},
        {"volumeDevices", {"devicePath"}},
        {"ownerReferences", {"uid"}},
        {"conditions", {"type"}},
        {"topologySpreadConstraints", {"topologyKey", "whenUnsatisfiable"}}};
    const bool of_objects = !list.empty() && std::all_of(list.begin(), list.end(),
                                                         [](const json& item) { return item.is_object(); });
    if (!of_objects) {
        return {};
    }
    if (field == "ports") {
        return {list.front().contains("containerPort") ? "containerPort" : "port", "protocol"};
    }
    const auto found = kKeys.find(field);
    return found == kKeys.end() ? std::vector<std::string>{} : found->second;
}

json keys_of_item(const json& item, const std::vector<std::string>& names) {
    json keys = json::object();
    for (const std::string& name : names) {
        if (item.contains(name)) {
            keys[name] = item[name];
        } else if (name == "protocol") {
            keys[name] = "TCP";
        }
    }
    return keys;
}

bool has_keys(const json& item, const json& keys) {
    return item.is_object() && std::all_of(keys.items().begin(), keys.items().end(), [&](const auto& key) {
               return item.contains(key.key()) && item[key.key()] == key.value();
           });
}

json::iterator find_item(json& list, const json& keys) {
    return std::find_if(list.begin(), list.end(), [&](const json& item) { return has_keys(item, keys); });
}

void collect(const json& value, std::string_view field, FieldPath& path, FieldSet& fields) {
    const auto within = [&](std::string element, const auto& action) {
        path.push_back(std::move(element));
        action();
        path.pop_back();
    };
    const auto collect_members = [&](const json& object) {
        for (const auto& [name, member] : object.items()) {
            within("f:" + name, [&] { collect(member, name, path, fields); });
        }
    };
    if (value.is_object() && !value.empty() && !is_atomic_map(field)) {
        return collect_members(value);
    }
    if (value.is_array() && is_set(field)) {
        for (const json& item : value) {
            within("v:" + item.dump(), [&] { fields.insert(path); });
        }
        return;
    }
    const auto keys = value.is_array() ? keys_of_list(field, value) : std::vector<std::string>{};
    if (keys.empty()) {
        fields.insert(path);
        return;
    }
    for (const json& item : value) {
        within("k:" + keys_of_item(item, keys).dump(), [&] {
            fields.insert(path);
            collect_members(item);
        });
    }
}

void read(const json& node, FieldPath& path, FieldSet& fields) {
    if (node.empty()) {
        fields.insert(path);
    }
    for (const auto& [element, child] : node.items()) {
        if (element == ".") {
            fields.insert(path);
            continue;
        }
        path.push_back(element);
        read(child, path, fields);
        path.pop_back();
    }
}

json* child_of(json& parent, const std::string& element) {
    const std::string rest = element.substr(2);
    if (element.front() == 'f') {
        return parent.is_object() && parent.contains(rest) ? &parent[rest] : nullptr;
    }
    if (!parent.is_array()) {
        return nullptr;
    }
    const json wanted = json::parse(rest);
    const auto item =
        element.front() == 'k' ? find_item(parent, wanted) : std::find(parent.begin(), parent.end(), wanted);
    return item == parent.end() ? nullptr : &*item;
}

void erase_child(json& parent, const std::string& element, const json* child) {
    if (element.front() == 'f') {
        parent.erase(element.substr(2));
    } else {
        parent.erase(static_cast<std::size_t>(child - &parent[0]));
    }
}

}  // namespace

FieldSet fields_of(const json& manifest) {
    json content = manifest;
    content.erase("apiVersion");
    content.erase("kind");
    if (content.contains("metadata")) {
        for (const char* field : {"name", "namespace", "uid", "resourceVersion", "generation",
                                  "creationTimestamp", "deletionTimestamp", "managedFields"}) {
            content["metadata"].erase(field);
        }
        if (content["metadata"].empty()) {
            content.erase("metadata");
        }
    }
    FieldSet fields;
    FieldPath path;
    if (!content.empty()) {
        collect(content, {}, path, fields);
    }
    return fields;
}

json to_fields_v1(const FieldSet& fields) {
    json tree = json::object();
    const auto node_at = [&tree](const FieldPath& path) {
        json* node = &tree;
        for (const std::string& element : path) {
            node = &(*node)[element];
        }
        if (node->is_null()) {
            *node = json::object();
        }
        return node;
    };
    for (const FieldPath& path : fields) {
        node_at(path);
    }
    for (const FieldPath& path : fields) {
        if (json* node = node_at(path); !node->empty()) {
            (*node)["."] = json::object();
        }
    }
    return tree;
}

FieldSet from_fields_v1(const json& fields) {
    FieldSet result;
    FieldPath path;
    if (!fields.empty()) {
        read(fields, path, result);
    }
    return result;
}

const json* value_at(const json& object, const FieldPath& path) {
    json* value = const_cast<json*>(&object);  // only walked through
    for (const std::string& element : path) {
        value = child_of(*value, element);
        if (value == nullptr) {
            return nullptr;
        }
    }
    return value;
}

void remove_at(json& object, const FieldPath& path, const FieldSet& keep) {
    FieldPath parent_path(path.begin(), path.end() - 1);
    auto* parent = const_cast<json*>(value_at(object, parent_path));
    const json* child = parent == nullptr ? nullptr : child_of(*parent, path.back());
    if (child == nullptr) {
        return;
    }
    erase_child(*parent, path.back(), child);
    if (parent->empty() && !parent_path.empty() && !has_inside(keep, parent_path)) {
        remove_at(object, parent_path, keep);
    }
}

bool has_inside(const FieldSet& fields, const FieldPath& path) {
    const auto first = fields.lower_bound(path);
    return first != fields.end() && first->size() >= path.size() &&
           std::equal(path.begin(), path.end(), first->begin());
}

json merged(const json& live, const json& manifest, std::string_view field) {
    if (manifest.is_object() && !is_atomic_map(field)) {
        json result = live.is_object() ? live : json::object();
        for (const auto& [name, value] : manifest.items()) {
            result[name] = merged(result.contains(name) ? result[name] : json(), value, name);
        }
        return result;
    }
    if (manifest.is_array() && is_set(field)) {
        json result = live.is_array() ? live : json::array();
        for (const json& value : manifest) {
            if (std::find(result.begin(), result.end(), value) == result.end()) {
                result.push_back(value);
            }
        }
        return result;
    }
    const auto names = manifest.is_array() ? keys_of_list(field, manifest) : std::vector<std::string>{};
    if (names.empty()) {
        return manifest;
    }
    json result = live.is_array() ? live : json::array();
    for (const json& item : manifest) {
        const json keys = keys_of_item(item, names);
        const auto known = find_item(result, keys);
        if (known != result.end()) {
            *known = merged(*known, item);
        } else {
            result.push_back(merged(keys, item));
        }
    }
    return result;
}

}  // namespace support
