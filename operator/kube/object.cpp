#include "operator/kube/object.h"

namespace kube {
namespace {

std::string metadata_field(const json& object, const char* field) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end() || !metadata->is_object()) {
        return {};
    }
    const auto value = metadata->find(field);
    return value != metadata->end() && value->is_string() ? value->get<std::string>() : std::string{};
}

}  // namespace

std::string Kind::api_version() const {
    return group.empty() ? std::string(version) : std::string(group).append("/").append(version);
}

std::string to_string(const ObjectKey& key) {
    return key.ns + "/" + key.name;
}

ObjectKey key_of(const json& object) {
    return {metadata_field(object, "namespace"), metadata_field(object, "name")};
}

std::string uid_of(const json& object) {
    return metadata_field(object, "uid");
}

std::string resource_version_of(const json& object) {
    return metadata_field(object, "resourceVersion");
}

}  // namespace kube
