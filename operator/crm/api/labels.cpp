#include "operator/crm/api/labels.h"

#include <fmt/format.h>

namespace crm {
namespace {

constexpr const char* kName = "app.kubernetes.io/name";
constexpr const char* kInstance = "app.kubernetes.io/instance";
constexpr const char* kComponent = "app.kubernetes.io/component";
constexpr const char* kManagedBy = "app.kubernetes.io/managed-by";

const kube::json* labels_of(const kube::json& object) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end() || !metadata->is_object()) {
        return nullptr;
    }
    const auto found = metadata->find("labels");
    return found != metadata->end() && found->is_object() ? &*found : nullptr;
}

}  // namespace

std::string_view name_of(Component component) {
    switch (component) {
        case Component::server:
            return "server";
        case Component::database:
            return "database";
        case Component::migration:
            return "migration";
    }
    std::abort();
}

kube::json labels(std::string_view instance, Component component) {
    kube::json result = selector_labels(instance, component);
    result[kManagedBy] = "crm-operator";
    result[std::string(kInstanceLabel)] = instance;
    return result;
}

kube::json selector_labels(std::string_view instance, Component component) {
    return kube::json::object({{kName, "crm"}, {kInstance, instance}, {kComponent, name_of(component)}});
}

std::string selector_text(std::string_view instance, Component component) {
    return fmt::format("{}={},{}={},{}=crm", kComponent, name_of(component), kInstance, instance, kName);
}

kube::json own_labels(const kube::json& object) {
    kube::json result = kube::json::object();
    if (const kube::json* found = labels_of(object)) {
        const kube::json ours = labels("", Component::server);
        for (const auto& [key, value] : ours.items()) {
            if (const auto label = found->find(key); label != found->end()) {
                result[key] = *label;
            }
        }
    }
    return result;
}

std::string instance_of(const kube::json& object) {
    const kube::json* found = labels_of(object);
    if (found == nullptr) {
        return {};
    }
    const auto label = found->find(std::string(kInstanceLabel));
    return label != found->end() && label->is_string() ? label->get<std::string>() : std::string{};
}

}  // namespace crm
