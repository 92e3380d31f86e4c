#include "operator/crm/instance/trial.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/quantity.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace crm {
namespace {

using kube::json;
using kube::list_at;
using kube::object_at;
using kube::text_at;

/// Each claim template is a volume of its name, over whatever the template has under that.
json volumes_of(const json& stateful_set, const std::string& pod) {
    json result = list_at(stateful_set, "/spec/template/spec/volumes");
    for (const json& claim : list_at(stateful_set, "/spec/volumeClaimTemplates")) {
        const std::string name = text_at(claim, "/metadata/name");
        std::erase_if(result.get_ref<json::array_t&>(),
                      [&](const json& volume) { return volume.value("name", "") == name; });
        result.push_back(
            json::object({{"name", name},
                          {"persistentVolumeClaim",
                           json::object({{"claimName", std::string(name).append("-").append(pod)}})}}));
    }
    return result;
}

Quantity amount(const json& container, const std::string& list, const std::string& resource) {
    return Quantity::parse(object_at(container, "/resources/" + list).value(resource, ""))
        .value_or(Quantity{});
}

/// Init containers run one after the other, but for those that stay.
Quantity amount_of_pod(const json& pod, const std::string& list, const std::string& resource) {
    Quantity together;
    Quantity one;
    for (const json& container : list_at(pod, "/spec/containers")) {
        together = together + amount(container, list, resource);
    }
    for (const json& container : list_at(pod, "/spec/initContainers")) {
        const Quantity its = amount(container, list, resource);
        if (container.value("restartPolicy", "") == "Always") {
            together = together + its;
        } else {
            one = std::max(one, its);
        }
    }
    return std::max(together, one);
}

/// By the name that quotas have for it: "pods", "limits.cpu", "requests.memory" or, for the same, "memory".
Quantity usage(const json& pod, std::string_view resource) {
    if (resource == "pods" || resource == "count/pods") {
        return *Quantity::parse("1");
    }
    for (const std::string_view list : {"requests", "limits"}) {
        if (resource.starts_with(list) && resource.substr(list.size()).starts_with('.')) {
            return amount_of_pod(pod, std::string(list), std::string(resource.substr(list.size() + 1)));
        }
    }
    return amount_of_pod(pod, "requests", std::string(resource));
}

}  // namespace

json successor(const json& stateful_set, const std::string& uid, const std::string& pod) {
    json metadata = object_at(stateful_set, "/spec/template/metadata");
    metadata["name"] = pod + "-trial";
    metadata["namespace"] = kube::key_of(stateful_set).ns;
    // Policies like no pod that nobody controls.
    metadata["ownerReferences"] = json::array({json::object({{"apiVersion", kStatefulSet.api_version()},
                                                             {"kind", kStatefulSet.kind},
                                                             {"name", kube::key_of(stateful_set).name},
                                                             {"uid", uid},
                                                             {"controller", true}})});
    json spec = object_at(stateful_set, "/spec/template/spec");
    spec["volumes"] = volumes_of(stateful_set, pod);
    return json::object({{"apiVersion", kPod.api_version()},
                         {"kind", kPod.kind},
                         {"metadata", std::move(metadata)},
                         {"spec", std::move(spec)}});
}

bool has_room_in_place_of(const json& pod, const std::vector<Shortage>& shortages) {
    return std::ranges::all_of(shortages, [&](const Shortage& shortage) {
        const auto requested = Quantity::parse(shortage.requested);
        const auto used = Quantity::parse(shortage.used);
        const auto limited = Quantity::parse(shortage.limited);
        return requested && used && limited &&
               !(*limited + usage(pod, shortage.resource) < *requested + *used);
    });
}

}  // namespace crm
