#include "operator/crm/builders/builders.h"
#include "operator/crm/builders/manifest.h"
#include "operator/crm/kinds.h"
#include "operator/crm/names.h"

namespace crm {

kube::json database_secret(const CrmInstance& instance, const Context&) {
    return data_object(kSecret, instance, database_name(instance.name()), Component::database);
}

}  // namespace crm
