#include "operator/crm/api/labels.h"

#include "operator/kube/json_fields.h"

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

constexpr const char* kName = "app.kubernetes.io/name";
constexpr const char* kInstance = "app.kubernetes.io/instance";
constexpr const char* kComponent = "app.kubernetes.io/component";
constexpr const char* kManagedBy = "app.kubernetes.io/managed-by";

std::string label_of(const json& object, std::string_view key) {
    const json& labels = kube::object_at(object, "/metadata/labels");
    const auto label = labels.find(key);
    return label != labels.end() && label->is_string() ? label->get<std::string>() : std::string{};
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

json selector_labels(std::string_view instance, Component component) {
    return json::object(
        {{std::string(kInstanceLabel), instance}, {std::string(kComponentLabel), name_of(component)}});
}

std::string selector_text(std::string_view instance, Component component) {
    return fmt::format("{}={},{}={}", kComponentLabel, name_of(component), kInstanceLabel, instance);
}

bool is_own_key(std::string_view key) {
    return key.starts_with("crm-operator.dev/") || key == kName || key == kInstance || key == kComponent ||
           key == kManagedBy;
}

json labels(std::string_view instance, Component component) {
    json result = selector_labels(instance, component);
    result[kName] = "crm";
    result[kComponent] = name_of(component);
    result[kManagedBy] = "crm-operator";
    return result;
}

json former_labels(std::string_view instance, Component component) {
    return json::object({{kName, "crm"},
                         {kInstance, instance},
                         {kComponent, name_of(component)},
                         {kManagedBy, "crm-operator"}});
}

json keeping_annotations(DeletionPolicy policy) {
    return json::object(
        {{std::string(kDeletionPolicy), policy == DeletionPolicy::retain ? "Retain" : "Delete"},
         {"argocd.argoproj.io/sync-options", "Prune=false,Delete=false"},
         {"helm.sh/resource-policy", "keep"},
         {"kustomize.toolkit.fluxcd.io/prune", "disabled"}});
}

std::vector<std::string> former_labels_of(const json& object) {
    std::vector<std::string> result;
    json former = former_labels(instance_of(object), Component::server);
    former[kComponent] = component_of(object);
    for (const auto& [key, value] : former.items()) {
        if (const std::string found = label_of(object, key); !found.empty() && value == found) {
            result.push_back(key);
        }
    }
    return result;
}

json own_labels(const json& object) {
    json result = json::object();
    const json ours = labels("", Component::server);
    for (const auto& [key, value] : ours.items()) {
        if (std::string found = label_of(object, key); !found.empty()) {
            result[key] = std::move(found);
        }
    }
    return result;
}

std::string instance_of(const json& object) {
    return label_of(object, kInstanceLabel);
}

std::string component_of(const json& object) {
    std::string component = label_of(object, kComponentLabel);
    return component.empty() ? label_of(object, kComponent) : component;
}

}  // namespace crm
