#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

/// The address follows the spec; the password beside it is generated.
kube::json admin_secret(const CrmInstance& instance, const Context&) {
    kube::json result = data_object(kSecret, instance, admin_secret_name(instance.name()), Component::server);
    result["data"] = kube::json::object({{"email", base64(instance.spec.admin_email)}});
    return result;
}

}  // namespace crm
