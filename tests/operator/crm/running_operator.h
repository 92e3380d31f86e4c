// One life of the operator's process, driven step by step in one thread.
#pragma once

#include "operator/crm/api/settings.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/instance/reconciler.h"
#include "operator/crm/observed/stores.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/metrics.h"

#include <functional>
#include <utility>

#include <prometheus/registry.h>

namespace crm {

/// The client must outlive it.
struct RunningOperator {
    /// What the domain is given may need the controller.
    using Domain = std::function<InstanceReconciler::Environment(runtime::Controller&)>;

    RunningOperator(kube::Client& client, const Settings& settings, runtime::Environment environment,
                    const Domain& domain)
        : metrics(registry, "crminstance", 8),
          controller(client, std::move(environment), metrics, {}),
          stores(controller, owned_kinds()),
          reconciler(stores, settings, domain(controller)) {
        stores.watch(controller, "");
    }

    prometheus::Registry registry;
    runtime::Metrics metrics;
    runtime::Controller controller;
    Stores stores;
    InstanceReconciler reconciler;
};

}  // namespace crm
