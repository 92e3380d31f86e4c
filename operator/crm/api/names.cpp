#include "operator/crm/api/names.h"

#include "operator/crm/api/kinds.h"
#include "operator/kube/field_ownership.h"

#include <tuple>

#include <fmt/format.h>

namespace crm {

std::string service_account_name(std::string_view instance) {
    return fmt::format("{}-crm", instance);
}

std::string database_name(std::string_view instance) {
    return fmt::format("{}-database", instance);
}

std::string database_pod_name(std::string_view instance) {
    return fmt::format("{}-0", database_name(instance));
}

std::string database_pods_name(std::string_view instance) {
    return fmt::format("{}-database-pods", instance);
}

std::string database_claim_name(std::string_view instance) {
    return fmt::format("{}-{}-0", kDataVolume, database_name(instance));
}

std::string server_name(std::string_view instance) {
    return fmt::format("{}-server", instance);
}

std::string admin_secret_name(std::string_view instance) {
    return fmt::format("{}-admin", instance);
}

std::string migration_name(std::string_view instance, std::string_view image) {
    return fmt::format("{}-migrate-{:08x}", instance, kube::digest(std::string(image)) & 0xffffffffU);
}

std::string instance_of_object(const kube::Kind& kind, std::string_view name) {
    const auto but_last = [](std::string_view text) { return text.substr(0, text.rfind('-')); };
    const std::string_view of_pod = but_last(but_last(name));
    for (const auto& [its_kind, its_name, before, after] :
         {std::tuple(kStatefulSet, name, std::string(), database_name("")),
          std::tuple(kPersistentVolumeClaim, name, fmt::format("{}-", kDataVolume), database_pod_name("")),
          std::tuple(kJob, but_last(name), std::string(), std::string("-migrate")),
          std::tuple(kPod, name, std::string(), database_pod_name("")),
          std::tuple(kPod, of_pod, std::string(), server_name("")),
          std::tuple(kPod, of_pod, std::string(), std::string("-migrate"))}) {
        if (its_kind == kind && its_name.starts_with(before) && its_name.ends_with(after) &&
            its_name.size() > before.size() + after.size()) {
            return std::string(
                its_name.substr(before.size(), its_name.size() - before.size() - after.size()));
        }
    }
    return {};
}

std::string database_host(std::string_view instance, std::string_view ns) {
    return fmt::format("{}.{}.svc", database_name(instance), ns);
}

std::string api_endpoint(std::string_view instance, std::string_view ns) {
    return fmt::format("http://{}.{}.svc", server_name(instance), ns);
}

}  // namespace crm
