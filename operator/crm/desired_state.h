// The objects that an instance owns: one row each. What is watched, pruned and granted follows from here.
//
// To own one more: write its builder, add a row, and grant its kind in config/rbac/role.yaml (a test tells
// what is missing).
#pragma once

#include "operator/crm/builders/context.h"
#include "operator/crm/credentials.h"
#include "operator/crm/crm_instance.h"
#include "operator/crm/observed_state.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace crm {

enum class Write {
    apply,          // server-side apply; what somebody changes is put back
    generate_once,  // created with generated data, which is never written again; the rest is applied
    create_once,    // cannot be changed after it was created
};

struct OwnedObject {
    const kube::Kind& kind;
    Write write;
    kube::json (*manifest)(const CrmInstance&, const Context&);
    /// The field `data` of a new one, for generate_once.
    kube::json (*generate)(const CrmInstance&, const RandomBytes&) = nullptr;
};

/// In the order in which they are written: what is mounted comes before what mounts it.
std::span<const OwnedObject> owned_objects();
/// Each kind once.
std::vector<kube::Kind> owned_kinds();

struct DesiredObject {
    kube::Kind kind;
    Write write = Write::apply;
    kube::json manifest;
    kube::json generated;  // the data to create it with; null when it exists
};

/// Generated data of the Secrets that do not exist, by name.
using Generated = std::map<std::string, kube::json>;
Generated generate_missing(const CrmInstance& instance, const Observed& observed, const RandomBytes& random);

/// What the builders need to know of the world. Pure.
Context context_of(const CrmInstance& instance, const Observed& observed, const Generated& generated,
                   const Settings& settings);

/// Everything that the instance should own. Pure.
std::vector<DesiredObject> desired_state(const CrmInstance& instance, const Context& context,
                                         const Generated& generated);

}  // namespace crm
