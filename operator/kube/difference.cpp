#include "operator/kube/difference.h"

#include "operator/kube/client.h"
#include "operator/kube/json_fields.h"
#include "operator/kube/keyed_list.h"

#include <string_view>
#include <utility>

namespace kube {
namespace {

/// What another manager owns at one place of an object.
struct Owner {
    std::string manager;
    const json* fields;
};
using Owners = std::vector<Owner>;

Owners others(const json& live) {
    Owners owners;
    for (const json& entry : list_at(live, "/metadata/managedFields")) {
        const std::string manager = entry.value("manager", "");
        const auto fields = entry.find("fieldsV1");
        if (manager != kFieldManager && manager != kCreateFieldManager && fields != entry.end()) {
            owners.push_back({manager, &*fields});
        }
    }
    return owners;
}

Owners within(const Owners& owners, const std::string& field) {
    Owners result;
    for (const Owner& owner : owners) {
        if (const auto inner = owner.fields->find("f:" + field); inner != owner.fields->end()) {
            result.push_back({owner.manager, &*inner});
        }
    }
    return result;
}

/// Of an item of a list, whose path element is its keys as text.
Owners within(const Owners& owners, const json& keys) {
    Owners result;
    for (const Owner& owner : owners) {
        for (const auto& [element, inner] : owner.fields->items()) {
            if (element.starts_with("k:") &&
                json::parse(element.begin() + 2, element.end(), nullptr, false) == keys) {
                result.push_back({owner.manager, &inner});
            }
        }
    }
    return result;
}

/// "[5432/TCP]"
std::string text_of(const json& keys) {
    std::string text;
    for (const auto& [name, value] : keys.items()) {
        text += (text.empty() ? "" : "/") + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return "[" + text + "]";
}

class Comparison {
  public:
    void compare(const json& live, const json& wanted, std::string_view name, const std::string& path,
                 const Owners& owners) {
        if (live.is_object() && wanted.is_object()) {
            return compare_members(live, wanted, path, owners);
        }
        if (const KeyedList* list = keyed_list(name, wanted); list != nullptr && live.is_array()) {
            return compare_items(*list, live, wanted, path, owners);
        }
        if (live != wanted) {
            add(path, owners);
        }
    }

    std::vector<Difference> found() && { return std::move(found_); }

  private:
    void compare_members(const json& live, const json& wanted, const std::string& path,
                         const Owners& owners) {
        for (const auto& [name, value] : wanted.items()) {
            const Owners inside = within(owners, name);
            const std::string field = path + "." + name;
            if (const auto found = live.find(name); found != live.end()) {
                compare(*found, value, name, field, inside);
            } else {
                add(field, inside);
            }
        }
    }

    void compare_items(const KeyedList& list, const json& live, const json& wanted, const std::string& path,
                       const Owners& owners) {
        for (const json& item : wanted) {
            const json keys = keys_of(list, item);
            const std::string field = path + text_of(keys);
            if (const json* found = find_item(list, live, keys)) {
                compare_members(*found, item, field, within(owners, keys));
            } else {
                add(field, owners);  // whoever changed the key of an item owns it now
            }
        }
    }

    void add(const std::string& field, const Owners& owners) {
        found_.push_back({field, owners.empty() ? std::string{} : owners.front().manager});
    }

    std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> differences(const json& live, const json& manifest) {
    Comparison comparison;
    comparison.compare(live, manifest, {}, {}, others(live));
    return std::move(comparison).found();
}

}  // namespace kube
