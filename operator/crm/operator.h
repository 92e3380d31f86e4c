// The running operator: stores, controller, reconciler and management endpoint, wired together.
#pragma once

#include "common/endpoint.h"
#include "common/http/server_thread.h"
#include "common/metrics.h"
#include "operator/crm/api/settings.h"
#include "operator/crm/instance/reconciler.h"
#include "operator/crm/observed/stores.h"
#include "operator/crm/report/instance_metrics.h"
#include "operator/kube/client.h"
#include "operator/kube/metered_client.h"
#include "operator/runtime/controller.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace crm {

struct OperatorOptions {
    std::string ns;  // empty: all
    unsigned workers = 8;
    common::Endpoint management;
    Settings settings;
    /// Instances that the operator's own changes disrupt at once.
    std::size_t max_disruptions = 1;
    /// Nodes come when pods need them.
    bool nodes_on_demand = false;
};

/// Works from start() until it is destroyed, which lets running reconciles finish for some seconds.
class Operator {
  public:
    /// The client and the metrics must outlive it.
    static Result<std::unique_ptr<Operator>> start(kube::Client& client, common::Metrics& metrics,
                                                   const OperatorOptions& options);
    ~Operator();
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;

    std::uint16_t management_port() const { return management_->port(); }
    bool ready() const { return controller_.synced(); }

  private:
    Operator(kube::Client& client, common::Metrics& metrics, const OperatorOptions& options);
    Result<void> serve_management(const common::Endpoint& endpoint);

    std::stop_source give_up_;
    common::Metrics& metrics_;
    kube::MeteredClient client_;
    runtime::Metrics controller_metrics_;
    runtime::Controller controller_;
    Stores stores_;
    InstanceMetrics instance_metrics_;
    InstanceReconciler reconciler_;
    std::unique_ptr<common::http::ServerThread> management_;
    std::jthread thread_;  // runs the controller
    std::jthread tidier_;  // gives memory back
};

}  // namespace crm
