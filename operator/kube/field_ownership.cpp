#include "operator/kube/field_ownership.h"

#include "operator/kube/json_fields.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace kube {
namespace {

/// The field sets that managers hold at one place of an object.
using FieldSets = std::vector<const json*>;

/// The entry of managedFields that an apply to the object itself, not to a subresource, wrote.
bool is_apply_of(const json& entry, std::string_view manager) {
    return text_at(entry, "/manager") == manager && text_at(entry, "/operation") == "Apply" &&
           text_at(entry, "/subresource").empty();
}

FieldSets children(const FieldSets& sets, const std::string& path_element) {
    FieldSets result;
    for (const json* set : sets) {
        if (const auto child = set->find(path_element); child != set->end() && child->is_object()) {
            result.push_back(&*child);
        }
    }
    return result;
}

bool has_keys(const json& item, const json& keys) {
    if (!item.is_object() || !keys.is_object()) {
        return false;
    }
    for (const auto& [name, value] : keys.items()) {
        if (const auto member = item.find(name); member == item.end() || *member != value) {
            return false;
        }
    }
    return true;
}

/// The list item that a path element "k:{...}", "v:..." or "i:..." points at.
const json* find_item(const json& list, const std::string& path_element) {
    const char how = path_element.front();
    const json wanted = json::parse(path_element.begin() + 2, path_element.end(), nullptr, false);
    if (how == 'i') {
        const bool inside = wanted.is_number_unsigned() && wanted.get<std::size_t>() < list.size();
        return inside ? &list[wanted.get<std::size_t>()] : nullptr;
    }
    const auto found = std::find_if(list.begin(), list.end(), [&](const json& item) {
        return how == 'k' ? has_keys(item, wanted) : item == wanted;
    });
    return found != list.end() ? &*found : nullptr;
}

json owned_part(const json& live, const json& owned, const FieldSets& others);

/// A value that is owned as a whole. An atomic value has no owned fields inside; where another manager has
/// some, only the container itself was applied (`emptyDir: {}`) and its content is theirs.
json owned_whole(const json& live, const FieldSets& others) {
    const bool shared =
        std::any_of(others.begin(), others.end(), [](const json* set) { return !set->empty(); });
    if (live.is_structured() && shared) {
        return live.is_object() ? json::object() : json::array();
    }
    return live;
}

json owned_members(const json& live, const json& owned, const FieldSets& others) {
    json result = json::object();
    for (const auto& [path_element, fields] : owned.items()) {
        if (!path_element.starts_with("f:")) {
            continue;
        }
        const std::string name = path_element.substr(2);
        if (const auto value = live.find(name); value != live.end()) {
            result[name] = owned_part(*value, fields, children(others, path_element));
        }
    }
    return result;
}

json owned_items(const json& live, const json& owned, const FieldSets& others) {
    std::vector<std::pair<const json*, json>> items;
    for (const auto& [path_element, fields] : owned.items()) {
        if (path_element.size() < 2 || path_element[1] != ':') {
            continue;
        }
        if (const json* item = find_item(live, path_element)) {
            items.emplace_back(item, owned_part(*item, fields, children(others, path_element)));
        }
    }
    // Items of one list are one array, so their addresses are their order.
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    json result = json::array();
    for (auto& item : items) {
        result.push_back(std::move(item.second));
    }
    return result;
}

json owned_part(const json& live, const json& owned, const FieldSets& others) {
    if (!owned.is_object() || owned.empty()) {
        return owned_whole(live, others);
    }
    if (live.is_object()) {
        return owned_members(live, owned, others);
    }
    return live.is_array() ? owned_items(live, owned, others) : live;
}

/// FNV-1a over an unambiguous serialisation that is never built.
class Digest {
  public:
    enum class Nulls { kept, left_out };

    explicit Digest(Nulls nulls) : nulls_(nulls) {}

    /// An object, as if it had no members of these names.
    void add_without(std::initializer_list<std::string_view> names, const json& object) {
        const auto is_left_out = [&](const std::string& name, const json& member) {
            return (nulls_ == Nulls::left_out && member.is_null()) ||
                   std::find(names.begin(), names.end(), name) != names.end();
        };
        std::size_t members = 0;
        for (const auto& [name, member] : object.items()) {
            members += is_left_out(name, member) ? 0 : 1;
        }
        add_tag('{', members);
        for (const auto& [name, member] : object.items()) {
            if (!is_left_out(name, member)) {
                add_text(name);
                add(member);
            }
        }
    }

    void add(const json& value) {
        switch (value.type()) {
            case json::value_t::object:
                return add_without({}, value);
            case json::value_t::array:
                add_tag('[', value.size());
                for (const json& item : value) {
                    add(item);
                }
                return;
            case json::value_t::string:
                return add_text(value.get_ref<const std::string&>());
            case json::value_t::number_integer:
            case json::value_t::number_unsigned:
            case json::value_t::number_float:
                return add_number(value);
            case json::value_t::boolean:
                return add_byte(value.get<bool>() ? 't' : 'f');
            case json::value_t::null:
            case json::value_t::binary:
            case json::value_t::discarded:
                return add_byte('0');
        }
    }

    std::uint64_t value() const { return value_; }

  private:
    void add_byte(char byte) {
        value_ ^= static_cast<unsigned char>(byte);
        value_ *= 0x100000001b3U;
    }

    void add_tag(char tag, std::size_t size) {
        add_byte(tag);
        for (; size >= 0x80; size >>= 7U) {
            add_byte(static_cast<char>(size | 0x80));
        }
        add_byte(static_cast<char>(size));
    }

    void add_text(std::string_view text, char tag = '"') {
        add_tag(tag, text.size());
        for (const char byte : text) {
            add_byte(byte);
        }
    }

    /// Equal numbers are equal in any representation: 1 as signed, unsigned and 1.0.
    void add_number(const json& value) { add_text(number_text(value), '#'); }

    static std::string number_text(const json& value) {
        constexpr double kExact = 9007199254740992.0;  // 2^53
        const double number = value.is_number_float() ? value.get<double>() : kExact;
        if (number > -kExact && number < kExact && std::trunc(number) == number) {
            return std::to_string(static_cast<std::int64_t>(number));
        }
        return value.dump();
    }

    const Nulls nulls_;
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace

json owned_fields(const json& object, std::string_view manager) {
    const json* owned = nullptr;
    FieldSets others;
    for (const json& entry : list_at(object, "/metadata/managedFields")) {
        const json& fields = value_at(entry, "/fieldsV1");
        if (!fields.is_object()) {
            continue;
        }
        if (owned == nullptr && is_apply_of(entry, manager)) {
            owned = &fields;
        } else {
            others.push_back(&fields);
        }
    }
    return owned == nullptr ? json(nullptr) : owned_members(object, *owned, others);
}

bool is_written_by(const json& object, std::string_view manager) {
    return std::ranges::any_of(list_at(object, "/metadata/managedFields"),
                               [&](const json& entry) { return text_at(entry, "/manager") == manager; });
}

json identity_removed(json manifest) {
    manifest.erase("apiVersion");
    manifest.erase("kind");
    if (const auto metadata = manifest.find("metadata");
        metadata != manifest.end() && metadata->is_object()) {
        metadata->erase("name");
        metadata->erase("namespace");
        if (metadata->empty()) {
            manifest.erase(metadata);
        }
    }
    return manifest;
}

std::uint64_t digest(const json& value) {
    Digest result(Digest::Nulls::kept);
    result.add(value);
    return result.value();
}

std::string digest_text(const json& value) {
    return fmt::format("{:016x}", digest(value));
}

std::uint64_t content_digest(const json& object) {
    Digest result(Digest::Nulls::left_out);
    if (!object.is_object()) {
        result.add(object);
        return result.value();
    }
    result.add_without({"apiVersion", "kind", "metadata"}, object);
    result.add_without({"name", "namespace"}, object_at(object, "/metadata"));
    return result.value();
}

}  // namespace kube
