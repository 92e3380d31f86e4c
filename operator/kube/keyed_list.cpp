#include "operator/kube/keyed_list.h"

#include <algorithm>

namespace kube {
namespace {

constexpr std::array kKeyedLists{
    KeyedList{"containers", {"name"}},
    KeyedList{"initContainers", {"name"}},
    KeyedList{"ports", {"containerPort", "protocol"}, "name"},
    KeyedList{"ports", {"port", "protocol"}, "name"},
    KeyedList{"env", {"name"}},
    KeyedList{"volumeMounts", {"mountPath"}},
    KeyedList{"volumes", {"name"}},
    KeyedList{"imagePullSecrets", {"name"}},
    KeyedList{"topologySpreadConstraints", {"topologyKey", "whenUnsatisfiable"}},
    KeyedList{"ownerReferences", {"uid"}, "controller"},
};

}  // namespace

const KeyedList* keyed_list(std::string_view field, const json& items) {
    if (!items.is_array() || items.empty()) {
        return nullptr;
    }
    const auto* const found =
        std::find_if(kKeyedLists.begin(), kKeyedLists.end(), [&](const KeyedList& list) {
            return list.field == field && std::all_of(items.begin(), items.end(), [&](const json& item) {
                       return item.is_object() && item.contains(list.keys[0]);
                   });
        });
    return found != kKeyedLists.end() ? found : nullptr;
}

json keys_of(const KeyedList& list, const json& item) {
    json keys = json::object();
    for (const std::string_view name : list.keys) {
        if (const auto value = item.find(name); value != item.end()) {
            keys[std::string(name)] = *value;
        } else if (name == "protocol") {
            keys[std::string(name)] = "TCP";
        }
    }
    return keys;
}

const json* find_item(const KeyedList& list, const json& items, const json& keys) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const json& item) {
        return item.is_object() && keys_of(list, item) == keys;
    });
    return found != items.end() ? &*found : nullptr;
}

}  // namespace kube
