// One function for each object that an instance owns, in the file of its name. Pure: the same instance and
// context give the same manifest; null when the instance is not to have the object.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/desired/builders/context.h"
#include "operator/kube/object.h"

namespace crm {

kube::json service_account(const CrmInstance& instance, const Context& context);
/// The Secrets without their passwords, see credentials.h.
kube::json database_secret(const CrmInstance& instance, const Context& context);
kube::json admin_secret(const CrmInstance& instance, const Context& context);
kube::json database_pods_service(const CrmInstance& instance, const Context& context);
kube::json database_service(const CrmInstance& instance, const Context& context);
kube::json database_claim(const CrmInstance& instance, const Context& context);
kube::json database_stateful_set(const CrmInstance& instance, const Context& context);
kube::json migration_job(const CrmInstance& instance, const Context& context);
kube::json server_deployment(const CrmInstance& instance, const Context& context);
kube::json server_disruption_budget(const CrmInstance& instance, const Context& context);
kube::json server_service(const CrmInstance& instance, const Context& context);

}  // namespace crm
