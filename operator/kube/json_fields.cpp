#include "operator/kube/json_fields.h"

namespace kube {
namespace {

const json& nothing() {
    static const json kNothing;
    return kNothing;
}

const json& empty_object() {
    static const json kEmpty = json::object();
    return kEmpty;
}

const json& empty_list() {
    static const json kEmpty = json::array();
    return kEmpty;
}

const json& member(const json& object, std::string_view name) {
    const auto found = object.find(name);
    return found != object.end() ? *found : nothing();
}

}  // namespace

const json& value_at(const json& object, std::string_view pointer) {
    const json* value = &object;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::string_view name = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(name.size());
        value = &member(*value, name);
    }
    return *value;
}

std::string text_at(const json& object, std::string_view pointer) {
    const json& value = value_at(object, pointer);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

const json& object_at(const json& object, std::string_view pointer) {
    const json& value = value_at(object, pointer);
    return value.is_object() ? value : empty_object();
}

const json& list_at(const json& object, std::string_view pointer) {
    const json& value = value_at(object, pointer);
    return value.is_array() ? value : empty_list();
}

const json& named(const json& list, std::string_view key, std::string_view value) {
    for (const json& item : list) {
        const json& found = member(item, key);
        if (found.is_string() && found.get_ref<const std::string&>() == value) {
            return item;
        }
    }
    return empty_object();
}

}  // namespace kube
