#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

/// What the operator says of the claim that the StatefulSet makes: whether it goes with the instance. The
/// StatefulSet itself is no owner, so that deleting it deletes no data.
kube::json database_claim(const CrmInstance& instance, const Context&) {
    return data_object(kPersistentVolumeClaim, instance, database_claim_name(instance.name()),
                       Component::database);
}

}  // namespace crm
