// The objects that an instance owns: one row each. What is watched, pruned and granted follows from here.
//
// To own one more: write its builder, add a row, and grant its kind in config/rbac/role.yaml (a test tells
// what is missing).
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/desired/builders/context.h"
#include "operator/crm/desired/credentials.h"
#include "operator/crm/observed/observed_state.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace crm {

enum class Write {
    apply,        // server-side apply; what somebody changes is put back
    create,       // created, so that a foreign object of the name is in the way; put back by apply
    create_once,  // cannot be changed after it was created; one that is not wanted any more is deleted
    adopt,        // made by another controller; applied when it exists
};

struct OwnedObject {
    const kube::Kind& kind;
    Write write;
    kube::json (*manifest)(const CrmInstance&, const Context&);
    /// A Secret that has a generated password besides, which is written when there is none, and never again.
    bool has_password = false;
    /// Its manifest can be null: what was made of it before is deleted then.
    bool optional = false;

    /// Whether an object of it may exist that is not wanted any more.
    constexpr bool may_be_left_over() const { return optional || write == Write::create_once; }
};

/// In the order in which they are written: what is mounted comes before what mounts it.
std::span<const OwnedObject> owned_objects();
/// Each kind once.
std::vector<kube::Kind> owned_kinds();

struct DesiredObject {
    kube::Kind kind;
    Write write = Write::apply;
    kube::json manifest;
    std::string password = {};  // generated, in base64; empty when there is one, or none is needed
    bool needed = true;         // else it is not made; one that exists may stay
    bool outdated = false;      // the one that exists has to go, and is then made anew if it is needed
};

/// Passwords in base64 for the Secrets that have none, by the Secret's name.
using Passwords = std::map<std::string, std::string>;
Passwords generate_missing(const CrmInstance& instance, const Observed& observed, const RandomBytes& random);

/// Everything that the instance should own. Pure.
std::vector<DesiredObject> desired_state(const CrmInstance& instance, const Observed& observed,
                                         const Passwords& generated, const Settings& settings);

}  // namespace crm
