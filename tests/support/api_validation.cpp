#include "tests/support/api_validation.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace support {
namespace {

using kube::json;

const std::map<std::string, std::vector<const char*>, std::less<>> kImmutable = {
    {"Deployment", {"/spec/selector"}},
    {"StatefulSet",
     {"/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"}},
    {"Service", {"/spec/clusterIP"}},
    {"PersistentVolumeClaim", {"/spec"}},
    {"Job", {"/spec/template", "/spec/podFailurePolicy"}}};

json at(const json& object, const char* pointer) {
    const json::json_pointer path(pointer);
    return object.contains(path) ? object[path] : json();
}

Error invalid(const std::string& field, const std::string& why) {
    return {ErrorKind::invalid, field + ": " + why};
}

std::optional<Error> changed_immutable(const kube::Kind& kind, const json& before, const json& after) {
    const auto fields = kImmutable.find(kind.kind);
    if (before.is_null() || fields == kImmutable.end()) {
        return std::nullopt;
    }
    for (const char* field : fields->second) {
        if (at(before, field) != at(after, field)) {
            return invalid(field, "Invalid value: field is immutable");
        }
    }
    return std::nullopt;
}

/// No two items of a list have the same value in a field.
std::optional<Error> duplicates(const json& items, const char* field) {
    std::set<json> seen;
    for (const json& item : items) {
        if (item.contains(field) && !seen.insert(item[field]).second) {
            return invalid(field, "Duplicate value: " + item[field].dump());
        }
    }
    return std::nullopt;
}

/// Every item of a list has the field.
std::optional<Error> missing(const json& items, const char* field) {
    const bool all =
        std::all_of(items.begin(), items.end(), [&](const json& item) { return item.contains(field); });
    return all ? std::nullopt : std::optional(invalid(field, "Required value"));
}

/// Of alternatives, exactly one.
std::optional<Error> not_one(const json& object, const std::vector<const char*>& alternatives) {
    const auto count = std::count_if(alternatives.begin(), alternatives.end(),
                                     [&](const char* field) { return object.contains(field); });
    return count == 1 ? std::nullopt : std::optional(invalid(object.dump(), "exactly one is required"));
}

std::optional<Error> invalid_container(const json& container) {
    if (container.contains("ports")) {
        if (auto error = duplicates(container["ports"], "name")) {
            return error;
        }
    }
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (container.contains(probe)) {
            if (auto error = not_one(container[probe], {"exec", "httpGet", "tcpSocket", "grpc"})) {
                return error;
            }
        }
    }
    return std::nullopt;
}

std::optional<Error> invalid_pods(const json& spec) {
    for (const char* list : {"volumes", "containers"}) {
        if (auto error = missing(spec.value(list, json::array()), "name")) {
            return error;
        }
    }
    std::set<json> volumes;
    for (const json& volume : spec.value("volumes", json::array())) {
        volumes.insert(volume["name"]);
        if (auto error = not_one(volume, {"emptyDir", "secret", "configMap", "hostPath"})) {
            return error;
        }
    }
    const json containers = spec.value("containers", json::array());
    if (containers.empty()) {
        return invalid("containers", "Required value");
    }
    for (const json& container : containers) {
        for (const json& mount : container.value("volumeMounts", json::array())) {
            // A claim template makes a volume that does not stand here.
            if (mount.value("name", "") != "data" && !volumes.contains(mount.value("name", ""))) {
                return invalid("volumeMounts", "Not found: " + mount.dump());
            }
        }
        if (auto error = invalid_container(container)) {
            return error;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> invalid_write(const kube::Kind& kind, const json& before, const json& after) {
    if (auto error = changed_immutable(kind, before, after)) {
        return error;
    }
    const json owners = at(after, "/metadata/ownerReferences");
    if (std::count_if(owners.begin(), owners.end(),
                      [](const json& owner) { return owner.value("controller", false); }) > 1) {
        return invalid("metadata.ownerReferences", "Only one reference can have Controller set to true");
    }
    if (kind.kind == "Service") {
        return duplicates(at(after, "/spec/ports"), "name");
    }
    const json pods = at(after, "/spec/template/spec");
    if (kind.kind == "Job" && pods.is_null()) {
        return invalid("spec.template.spec.containers", "Required value");
    }
    return pods.is_null() ? std::nullopt : invalid_pods(pods);
}

}  // namespace support
