#include "operator/kube/object.h"

#include "operator/kube/json_fields.h"

namespace kube {
std::string Kind::api_version() const {
    return group.empty() ? std::string(version) : std::string(group).append("/").append(version);
}

std::string to_string(const ObjectKey& key) {
    return key.ns + "/" + key.name;
}

ObjectKey key_of(const json& object) {
    return {text_at(object, "/metadata/namespace"), text_at(object, "/metadata/name")};
}

std::string uid_of(const json& object) {
    return text_at(object, "/metadata/uid");
}

std::string resource_version_of(const json& object) {
    return text_at(object, "/metadata/resourceVersion");
}

}  // namespace kube
