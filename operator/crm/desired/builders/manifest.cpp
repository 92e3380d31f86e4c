#include "operator/crm/desired/builders/manifest.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/kube/field_ownership.h"

namespace crm {

using kube::json;

namespace {

json object(const kube::Kind& kind, const CrmInstance& instance, const std::string& name, json labels) {
    return json::object(
        {{"apiVersion", kind.api_version()},
         {"kind", kind.kind},
         {"metadata",
          json::object({{"name", name}, {"namespace", instance.ns()}, {"labels", std::move(labels)}})}});
}

json owned_by(const CrmInstance& instance) {
    return json::array({json::object({{"apiVersion", kCrmInstance.api_version()},
                                      {"kind", kCrmInstance.kind},
                                      {"name", instance.name()},
                                      {"uid", instance.identity.uid},
                                      {"controller", true},
                                      {"blockOwnerDeletion", true}})});
}

}  // namespace

json owned_object(const kube::Kind& kind, const CrmInstance& instance, const std::string& name,
                  Component component) {
    json result = object(kind, instance, name, labels(instance.name(), component));
    result["metadata"]["ownerReferences"] = owned_by(instance);
    return result;
}

json data_object(const kube::Kind& kind, const CrmInstance& instance, const std::string& name,
                 Component component) {
    const DeletionPolicy policy = instance.spec.deletion_policy;
    json result = object(kind, instance, name, selector_labels(instance.name(), component));
    result["metadata"]["annotations"] = keeping_annotations(policy);
    if (policy == DeletionPolicy::remove) {
        result["metadata"]["ownerReferences"] = owned_by(instance);
    }
    return result;
}

json resources(const Preset& preset, const Resources& replaced) {
    const auto amounts = [](const Amounts& own, std::string_view cpu, std::string_view memory) {
        return json::object({{"cpu", own.cpu.value_or(std::string(cpu))},
                             {"memory", own.memory.value_or(std::string(memory))}});
    };
    return json::object({{"requests", amounts(replaced.requests, preset.cpu_request, preset.memory_request)},
                         {"limits", amounts(replaced.limits, preset.cpu_limit, preset.memory_limit)}});
}

namespace {

json pod_security_context(const Settings& settings, int user) {
    json result = json::object({{"runAsNonRoot", true},
                                // Large volumes are not walked through at every start.
                                {"fsGroupChangePolicy", "OnRootMismatch"},
                                {"seccompProfile", json::object({{"type", "RuntimeDefault"}})}});
    if (!settings.platform_user_ids) {
        for (const char* field : {"runAsUser", "runAsGroup", "fsGroup"}) {
            result[field] = user;
        }
    }
    return result;
}

}  // namespace

json pod_metadata(const CrmInstance& instance, Component component, const json& annotations) {
    json all_labels(instance.spec.pod_labels);
    all_labels.update(labels(instance.name(), component));
    json all_annotations(instance.spec.pod_annotations);
    all_annotations.update(annotations);
    json result = json::object({{"labels", std::move(all_labels)}});
    if (!all_annotations.empty()) {
        result["annotations"] = std::move(all_annotations);
    }
    return result;
}

json pod_spec(const CrmInstance& instance, const Settings& settings, int user) {
    json result =
        json::object({{"serviceAccountName",
                       instance.spec.service_account.value_or(service_account_name(instance.name()))},
                      {"automountServiceAccountToken", false},
                      // An environment with the address of every Service of the namespace is of no use here.
                      {"enableServiceLinks", false},
                      {"securityContext", pod_security_context(settings, user)}});
    for (const std::string& secret : instance.spec.image_pull_secrets) {
        result["imagePullSecrets"].push_back(json::object({{"name", secret}}));
    }
    return result;
}

json container_security_context() {
    return json::object({{"allowPrivilegeEscalation", false},
                         {"readOnlyRootFilesystem", true},
                         {"capabilities", json::object({{"drop", json::array({"ALL"})}})}});
}

json secret_volume(std::string_view name, const std::string& secret,
                   std::initializer_list<std::string_view> keys) {
    constexpr int kOwnerAndGroupRead = 0440;
    json items = json::array();
    for (const std::string_view key : keys) {
        items.push_back(json::object({{"key", key}, {"path", key}}));
    }
    return json::object({{"name", name},
                         {"secret", json::object({{"secretName", secret},
                                                  {"defaultMode", kOwnerAndGroupRead},
                                                  {"items", std::move(items)}})}});
}

json database_secret_volume(const CrmInstance& instance) {
    return secret_volume("credentials", database_name(instance.name()),
                         {"username", kPasswordKey, "database"});
}

json empty_volume(std::string_view name) {
    return json::object({{"name", name}, {"emptyDir", json::object()}});
}

json read_only_mount(std::string_view volume, std::string_view path) {
    json result = mount(volume, path);
    result["readOnly"] = true;
    return result;
}

json mount(std::string_view volume, std::string_view path) {
    return json::object({{"name", volume}, {"mountPath", path}});
}

void annotate_spec(json& workload) {
    workload["metadata"]["annotations"][std::string(kSpecDigest)] = kube::digest_text(workload["spec"]);
}

json service_port(std::string_view name, int port) {
    return json::object({{"name", name}, {"port", port}, {"protocol", "TCP"}, {"targetPort", name}});
}

}  // namespace crm
