#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/secret_data.h"
#include "operator/crm/desired/builders/builders.h"
#include "operator/crm/desired/builders/manifest.h"

namespace crm {

/// How the server logs in to the database; the password beside it is generated.
kube::json database_secret(const CrmInstance& instance, const Context&) {
    kube::json result = data_object(kSecret, instance, database_name(instance.name()), Component::database);
    result["data"] = kube::json::object({{"username", base64("crm")}, {"database", base64("crm")}});
    return result;
}

}  // namespace crm
