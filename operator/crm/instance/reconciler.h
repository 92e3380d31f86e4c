// observe -> plan -> act -> status, for one CrmInstance.
#pragma once

#include "operator/crm/api/settings.h"
#include "operator/crm/desired/credentials.h"
#include "operator/crm/observed/stores.h"
#include "operator/crm/report/status.h"
#include "operator/kube/client.h"
#include "operator/runtime/reconciler.h"

#include <functional>
#include <stop_token>
#include <string>

namespace crm {

/// What it refers to must outlive it. A converged instance costs no request. What is deleted is left to
/// garbage collection.
class InstanceReconciler final : public runtime::Reconciler {
  public:
    struct Environment {
        RandomBytes random;
        std::function<std::string()> now;  // RFC 3339
        /// Cuts requests off. A reconcile that has begun is otherwise finished when the operator stops.
        std::stop_token give_up = {};
    };

    InstanceReconciler(kube::Client& client, Stores& stores, Settings settings, Environment environment);

    Result<void> reconcile(const runtime::Run& run) override;

  private:
    Result<void> reconcile(const CrmInstance& instance, const runtime::Run& run);
    Result<void> refuse(const Identity& identity, const Status& previous, const Error& invalid);
    Result<void> report(const StatusInput& input);
    Result<void> write_status(const Identity& identity, const Status& status);
    void tell(const Identity& identity, const Status& before, const Status& after);

    kube::Client& client_;
    Stores& stores_;
    const Settings settings_;
    const Environment environment_;
};

}  // namespace crm
