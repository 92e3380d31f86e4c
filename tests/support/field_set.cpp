#include "tests/support/field_set.h"

#include <algorithm>
#include <map>

namespace support {
namespace {

using kube::json;

/// In a node with others: the field itself is in the set, too.
constexpr const char* kItself = ".";

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

void collect(const json& value, std::string_view field, json& node);

void collect_members(const json& object, json& node) {
    for (const auto& [name, member] : object.items()) {
        collect(member, name, node["f:" + name]);
    }
}

/// Puts what a value sets into its node.
void collect(const json& value, std::string_view field, json& node) {
    node = json::object();
    if (value.is_object() && !value.empty() && !is_atomic_map(field)) {
        return collect_members(value, node);
    }
    if (value.is_array() && is_set(field)) {
        for (const json& item : value) {
            node["v:" + item.dump()] = json::object();
        }
        return;
    }
    const auto keys = value.is_array() ? keys_of_list(field, value) : std::vector<std::string>{};
    for (std::size_t i = 0; !keys.empty() && i < value.size(); ++i) {
        json& of_item = node["k:" + keys_of_item(value[i], keys).dump()];
        of_item[kItself] = json::object();
        collect_members(value[i], of_item);
    }
}

/// Whether the field of a node is in the set, and not only fields inside it.
bool is_set_itself(const json& node) {
    return node.empty() || node.contains(kItself);
}

/// Null when there is none.
const json* node_in(const json& fields, const std::string& element) {
    const auto found = fields.find(element);
    return found == fields.end() ? nullptr : &*found;
}

/// Calls action(path, node, node of the other) for each node, which the other may not have: null then.
template <class Action>
void walk(const json& node, const json* other, FieldPath& path, const Action& action) {
    if (!path.empty()) {
        action(path, node, other);
    }
    for (const auto& [element, child] : node.items()) {
        if (element != kItself) {
            path.push_back(element);
            walk(child, other == nullptr ? nullptr : node_in(*other, element), path, action);
            path.pop_back();
        }
    }
}

void read(const json& node, FieldPath& path, FieldSet& fields) {
    if (node.empty()) {
        fields.insert(path);
    }
    for (const auto& [element, child] : node.items()) {
        if (element == kItself) {
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

json fields_v1_of(const json& manifest) {
    static const std::set<std::string_view> kIdentity{"name",
                                                      "namespace",
                                                      "uid",
                                                      "resourceVersion",
                                                      "generation",
                                                      "creationTimestamp",
                                                      "deletionTimestamp",
                                                      "managedFields"};
    json tree = json::object();
    for (const auto& [name, member] : manifest.items()) {
        if (name == "apiVersion" || name == "kind") {
            continue;
        }
        if (name != "metadata") {
            collect(member, name, tree["f:" + name]);
            continue;
        }
        json metadata = json::object();
        for (const auto& [field, value] : member.items()) {
            if (!kIdentity.contains(field)) {
                collect(value, field, metadata["f:" + field]);
            }
        }
        if (!metadata.empty()) {
            tree["f:metadata"] = std::move(metadata);
        }
    }
    return tree;
}

FieldSet fields_of(const json& manifest) {
    return from_fields_v1(fields_v1_of(manifest));
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
            (*node)[kItself] = json::object();
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

void remove_at(json& object, const FieldPath& path, const std::function<bool(const FieldPath&)>& keep) {
    FieldPath parent_path(path.begin(), path.end() - 1);
    auto* parent = const_cast<json*>(value_at(object, parent_path));
    const json* child = parent == nullptr ? nullptr : child_of(*parent, path.back());
    if (child == nullptr) {
        return;
    }
    erase_child(*parent, path.back(), child);
    if (parent->empty() && !parent_path.empty() && !keep(parent_path)) {
        remove_at(object, parent_path, keep);
    }
}

bool has_inside(const json& fields, const FieldPath& path) {
    const json* node = &fields;
    for (const std::string& element : path) {
        node = node_in(*node, element);
        if (node == nullptr) {
            return false;
        }
    }
    return true;
}

std::vector<FieldPath> common_values(const json& fields, const json& others) {
    std::vector<FieldPath> found;
    FieldPath at;
    walk(fields, &others, at, [&](const FieldPath& path, const json& node, const json* other) {
        const bool is_item = path.back().front() != 'f';
        if (!is_item && other != nullptr && is_set_itself(node) && is_set_itself(*other)) {
            found.push_back(path);
        }
    });
    return found;
}

std::vector<FieldPath> left_out(const json& fields, const json& of) {
    std::vector<FieldPath> found;
    FieldPath at;
    walk(fields, &of, at, [&](const FieldPath& path, const json& node, const json* other) {
        if (other == nullptr && is_set_itself(node)) {
            found.push_back(path);
        }
    });
    return found;
}

void merge(json& live, const json& manifest, std::string_view field) {
    if (manifest.is_object() && !is_atomic_map(field)) {
        if (!live.is_object()) {
            live = json::object();
        }
        for (const auto& [name, value] : manifest.items()) {
            merge(live[name], value, name);
        }
        return;
    }
    const bool set = manifest.is_array() && is_set(field);
    const auto names = manifest.is_array() ? keys_of_list(field, manifest) : std::vector<std::string>{};
    if (!set && names.empty()) {
        live = manifest;
        return;
    }
    if (!live.is_array()) {
        live = json::array();
    }
    for (const json& item : manifest) {
        const json keys = set ? item : keys_of_item(item, names);
        const auto known = set ? std::find(live.begin(), live.end(), item) : find_item(live, keys);
        json& merged = known != live.end() ? *known : live.emplace_back(keys);
        if (!set) {
            merge(merged, item);
        }
    }
}

}  // namespace support
