#include "operator/crm/observed/json_fields.h"

namespace crm {

using kube::json;

std::string text_at(const json& object, const char* pointer) {
    const json::json_pointer at(pointer);
    return object.contains(at) && object[at].is_string() ? object[at].get<std::string>() : std::string{};
}

json object_at(const json& object, const char* pointer) {
    const json::json_pointer at(pointer);
    return object.contains(at) && object[at].is_object() ? object[at] : json::object();
}

json list_at(const json& object, const char* pointer) {
    const json::json_pointer at(pointer);
    return object.contains(at) && object[at].is_array() ? object[at] : json::array();
}

json named(const json& list, const char* key, std::string_view value) {
    for (const json& item : list) {
        if (item.value(key, "") == value) {
            return item;
        }
    }
    return json::object();
}

}  // namespace crm
