#include "operator/crm/api/names.h"

#include "operator/kube/field_ownership.h"

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

std::string database_host(std::string_view instance, std::string_view ns) {
    return fmt::format("{}.{}.svc", database_name(instance), ns);
}

std::string api_endpoint(std::string_view instance, std::string_view ns) {
    return fmt::format("http://{}.{}.svc", server_name(instance), ns);
}

}  // namespace crm
