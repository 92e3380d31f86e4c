#include "operator/crm/report/database_status.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/size.h"
#include "operator/crm/report/causes.h"

#include <optional>

namespace crm {

bool is_database_complete(const Observed& observed, const std::string& instance) {
    const auto workload = observed.rollout(kStatefulSet, database_name(instance));
    const auto pod = observed.pod(database_pod_name(instance));
    return workload && workload->settled() && pod && pod->ready && !observed.is_database_outdated(instance);
}

DatabaseStatus database_status(const StatusInput& input) {
    const std::string& name = input.identity.key.name;
    DatabaseStatus result = input.previous.database;
    if (input.spec != nullptr) {
        const Footprint wanted = database_footprint(*input.spec);
        if (!input.refusal.empty()) {
            result.refused = wanted;
            result.refusal = input.refusal;
        } else if (result.refused != wanted) {
            result.refused = std::nullopt;
            result.refusal = "";
        }
    }
    if (is_database_complete(input.observed, name)) {
        const auto workload = input.observed.rollout(kStatefulSet, database_name(name));
        const auto live = decode_footprint(kube::json::parse(workload->footprint, nullptr, false));
        result.running = live ? live : result.running;
    }
    return result;
}

std::vector<Problem> problems_with(const DatabaseStatus& database, const StatusInput& input) {
    std::vector<Problem> result = input.problems;
    if (database.refused && input.spec != nullptr) {
        result.push_back({reason::kDatabaseDoesNotFit, explain({.reason = reason::kDatabaseDoesNotFit,
                                                                .what = describe(*database.refused),
                                                                .words = database.refusal})});
    }
    return result;
}

}  // namespace crm
