// What the operator knows of the cluster: one store for each kind that it watches.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/observed/accepted.h"
#include "operator/crm/observed/observed_state.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/store.h"

#include <memory>
#include <string>
#include <vector>

namespace crm {

/// Thread-safe. Nothing but owned objects of instances is kept, and of those a projection.
class Stores {
  public:
    /// Changes wake their instance in the controller. Pods are watched besides what instances own, and
    /// Warning Events about what does not tell itself why it waits.
    Stores(runtime::Controller& controller, const std::vector<kube::Kind>& owned_kinds);

    /// Has the controller keep them equal to the cluster; an empty namespace means all.
    void watch(runtime::Controller& controller, const std::string& ns);

    runtime::Store& instances() { return instances_; }
    const runtime::Store& instances() const { return instances_; }

    /// All owned objects of one instance, and its pods. What a deleted namesake controlled counts as being
    /// deleted; not so the claim of this uid, where the schema is that the instance made, whoever is said to
    /// control it.
    Observed observe(const Identity& instance, const std::string& claim_uid = {}) const;
    /// The answer to a write of our own.
    void observe_write(const kube::Kind& kind, const kube::json& object);
    /// The answer to an apply of a manifest: what the API server made of it counts as what is wanted.
    void observe_apply(const kube::Kind& kind, const kube::json& manifest, const kube::json& object);
    /// The instance is gone.
    void forget(const kube::ObjectKey& instance);

  private:
    struct Owned {
        kube::Kind kind;
        std::unique_ptr<runtime::Store> store;
    };

    /// Those of one watch.
    struct Events {
        std::string field_selector;
        std::unique_ptr<runtime::Store> store;
    };

    runtime::Store instances_;
    std::vector<Owned> owned_;
    std::vector<Events> events_;
    Accepted accepted_;
};

}  // namespace crm
