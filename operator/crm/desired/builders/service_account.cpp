#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

/// What all pods of an instance run as, unless the spec names another. None of them talks to the Kubernetes
/// API.
kube::json service_account(const CrmInstance& instance, const Context&) {
    if (instance.spec.service_account.value_or(service_account_name(instance.name())) !=
        service_account_name(instance.name())) {
        return nullptr;
    }
    kube::json result =
        owned_object(kServiceAccount, instance, service_account_name(instance.name()), Component::server);
    result["automountServiceAccountToken"] = false;
    return result;
}

}  // namespace crm
