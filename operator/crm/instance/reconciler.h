// observe -> plan -> act -> status, for one CrmInstance.
#pragma once

#include "operator/crm/api/settings.h"
#include "operator/crm/desired/credentials.h"
#include "operator/crm/instance/contests.h"
#include "operator/crm/instance/disruptions.h"
#include "operator/crm/instance/plan.h"
#include "operator/crm/observed/stores.h"
#include "operator/crm/report/patience.h"
#include "operator/crm/report/status.h"
#include "operator/kube/client.h"
#include "operator/runtime/environment.h"
#include "operator/runtime/reconciler.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace crm {

/// What it refers to must outlive it. A converged instance costs no request. What is deleted is left to
/// garbage collection.
class InstanceReconciler final : public runtime::Reconciler {
  public:
    struct Environment {
        RandomBytes random;
        std::function<std::string()> now;  // RFC 3339
        std::function<runtime::TimePoint()> clock = std::chrono::steady_clock::now;
        /// Over all instances, by changes of the operator's own.
        std::size_t max_disruptions = 1;
        /// Nodes come when pods need them: those that are there do not tell what will fit.
        bool nodes_on_demand = false;
        /// Has an instance reconciled soon.
        Disruptions::Wake wake = [](const kube::ObjectKey&) {};
        /// The same after a time, by a clock that only goes forward.
        std::function<void(const kube::ObjectKey&, runtime::Duration)> wake_later = [](const kube::ObjectKey&,
                                                                                       runtime::Duration) {};
        /// Cuts requests off. A reconcile that has begun is otherwise finished when the operator stops.
        std::stop_token give_up = {};
    };

    InstanceReconciler(Stores& stores, Settings settings, Environment environment);

    Result<void> reconcile(const runtime::Run& run) override;

  private:
    struct Intention {
        std::vector<Action> actions;
        Update update = Update::none;
        bool is_changing = false;  // what runs is to become another
    };

    Result<void> reconcile(const CrmInstance& instance, const runtime::Run& run);
    Intention intend(const CrmInstance& instance, const Observed& observed);
    Result<std::string> refusal(const CrmInstance& instance, const Observed& observed, kube::Client& client);
    Result<std::vector<kube::json>> nodes(kube::Client& client);
    Update take_turn(const CrmInstance& instance, const Observed& observed, bool is_changing);
    Result<void> refuse(const Identity& identity, const Status& previous, const Error& invalid,
                        kube::Client& client);
    Result<void> report(StatusInput input, kube::Client& client);
    Result<void> write_status(const StatusInput& input, const Status& status, kube::Client& client);
    void tell(const Identity& identity, const Status& before, const Status& after, kube::Client& client);

    Stores& stores_;
    const Settings settings_;
    const Environment environment_;
    Contests contests_;
    Disruptions disruptions_;
    Patience patience_;
    std::once_flag resumed_;
};

}  // namespace crm
