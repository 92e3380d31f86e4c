#include "operator/kube/healing.h"

#include "operator/kube/client.h"
#include "operator/kube/json_fields.h"
#include "operator/kube/keyed_list.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace kube {
namespace {

/// Objects that many write to: what others add to them stays in any case.
bool is_shared(std::string_view field) {
    constexpr std::array<std::string_view, 6> kShared{"",     "metadata", "labels", "annotations",
                                                      "spec", "template"};
    return std::find(kShared.begin(), kShared.end(), field) != kShared.end();
}

/// Whether the live value has everything that is wanted of it, whatever else (defaults) it has.
bool covers(const json& live, const json& wanted) {
    if (live.is_object() && wanted.is_object()) {
        return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& member) {
            const auto found = live.find(member.key());
            return found != live.end() && covers(*found, member.value());
        });
    }
    if (live.is_array() && wanted.is_array()) {
        return std::equal(live.begin(), live.end(), wanted.begin(), wanted.end(), covers);
    }
    return live == wanted;
}

/// Whether an item is the wanted one under another key: most of what is wanted is in it.
bool resembles(const KeyedList& list, const json& item, const json& wanted) {
    std::size_t all = 0;
    std::size_t same = 0;
    for (const auto& [name, value] : wanted.items()) {
        if (std::find(list.keys.begin(), list.keys.end(), name) != list.keys.end()) {
            continue;
        }
        ++all;
        const auto found = item.find(name);
        same += found != item.end() && covers(*found, value) ? 1 : 0;
    }
    return same > 0 && 2 * same >= all;
}

bool contradicts(const KeyedList& list, const json& item, const json& wanted) {
    const auto theirs = item.find(list.unique);
    const auto ours = wanted.find(list.unique);
    return theirs != item.end() && ours != wanted.end() && *theirs == *ours && *ours != false;
}

class Healer {
  public:
    explicit Healer(Healing how) : strict_(how == Healing::strict) {}

    json heal(std::string_view field, const json& live, const json& wanted) {
        if (live.is_object() && wanted.is_object()) {
            return heal_members(field, live, wanted);
        }
        if (const KeyedList* list = keyed_list(field, wanted); list != nullptr && live.is_array()) {
            return heal_items(*list, live, wanted);
        }
        return wanted;
    }

    /// Whether something had to go that an apply would have left.
    bool took_away() const { return took_away_; }

  private:
    json heal_members(std::string_view field, const json& live, const json& wanted) {
        json result = json::object();
        for (const auto& [name, value] : live.items()) {
            if (const auto ours = wanted.find(name); ours != wanted.end()) {
                result[name] = heal(name, value, *ours);
            } else if (!strict_ || is_shared(field) || keyed_list(name, value) != nullptr) {
                result[name] = value;
            } else {
                took_away_ = true;
            }
        }
        for (const auto& [name, value] : wanted.items()) {
            if (!live.contains(name)) {
                result[name] = value;
            }
        }
        return result;
    }

    json heal_items(const KeyedList& list, const json& live, const json& wanted) {
        json result = json::array();
        const auto add = [&](const json& item) {
            if (find_item(list, result, keys_of(list, item)) == nullptr) {
                result.push_back(item);
            }
        };
        for (const json& item : live) {
            const json keys = keys_of(list, item);
            if (const json* ours = find_item(list, wanted, keys)) {
                took_away_ |= find_item(list, result, keys) != nullptr;
                add(heal_members(list.field, item, *ours));
            } else if (const json* replaced = replaced_by(list, item, live, wanted)) {
                took_away_ = true;
                add(*replaced);
            } else {
                add(item);
            }
        }
        std::for_each(wanted.begin(), wanted.end(), add);
        return result;
    }

    /// The item of ours in whose place a foreign one stands; null when it stands in nobody's.
    static const json* replaced_by(const KeyedList& list, const json& item, const json& live,
                                   const json& wanted) {
        const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const json& ours) {
            const bool missing = find_item(list, live, keys_of(list, ours)) == nullptr;
            return contradicts(list, item, ours) || (missing && resembles(list, item, ours));
        });
        return found != wanted.end() ? &*found : nullptr;
    }

    const bool strict_;
    bool took_away_ = false;
};

/// The merge patch that makes one of the other.
json merge_patch(const json& before, const json& after) {
    if (!before.is_object() || !after.is_object()) {
        return after;
    }
    json result = json::object();
    for (const auto& [name, value] : after.items()) {
        const auto found = before.find(name);
        if (found == before.end()) {
            result[name] = value;
        } else if (*found != value) {
            result[name] = merge_patch(*found, value);
        }
    }
    for (const auto& [name, value] : before.items()) {
        if (!after.contains(name)) {
            result[name] = nullptr;
        }
    }
    return result;
}

}  // namespace

json healing(const json& live, const json& manifest, Healing how) {
    Healer healer(how);
    const json healed = healer.heal({}, live, manifest);
    return healer.took_away() ? merge_patch(live, healed) : json();
}

json giving_up_patched_fields(const json& live) {
    const json& entries = list_at(live, "/metadata/managedFields");
    json kept = json::array();
    for (const json& entry : entries) {
        const bool patched = entry.value("manager", "") == kFieldManager &&
                             entry.value("operation", "") == "Update" && !entry.contains("subresource");
        if (!patched) {
            kept.push_back(entry);
        }
    }
    if (kept.size() == entries.size()) {
        return nullptr;
    }
    if (kept.empty()) {
        kept.push_back(json::object());  // an empty list would be taken for none given
    }
    return json::object({{"metadata", json::object({{"managedFields", std::move(kept)}})}});
}

}  // namespace kube
