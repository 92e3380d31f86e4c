// What to write so that the objects of an instance become what they should be. Pure.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/crm/desired/desired_state.h"
#include "operator/crm/observed/observed_state.h"
#include "operator/kube/client.h"

#include <string>
#include <string_view>
#include <vector>

namespace crm {

enum class Verb {
    create,
    apply,
    adopt,
    patch,    // of fields that no apply could take away
    release,  // deletes a workload over its running pods, for another to take its place
    restart,  // deletes the database's pod, for its StatefulSet to make it again, if it could
    remove,
};
/// "create", "apply", "adopt", "patch", "release", "restart", "delete".
std::string_view name_of(Verb verb);

struct Action {
    Verb verb = Verb::apply;
    kube::Kind kind;
    kube::ObjectKey key;
    /// What to write: the whole object, for patch the changes, for release the labels by which the successor
    /// finds what it takes over. Null for restart and remove.
    kube::json object;
    /// For create, and for apply without force: what is applied when the object exists and turns out to be
    /// ours.
    kube::json taken_back = nullptr;
    /// For apply: the object is known to be ours, so fields are taken back from whoever changed them.
    /// Without it, a foreign object that has the name already is a conflict.
    bool force = false;
    /// For apply with force: the object exists, and it is looked at before it is written.
    bool restores = false;
    /// For apply: who owns the fields then.
    std::string_view manager = kube::kFieldManager;
    /// For patch, release, restart and remove, and for apply that restores: this very object.
    std::string uid = {};
    /// For patch: as it was at that version; empty when that does not matter.
    std::string resource_version = {};

    bool operator==(const Action&) const = default;
};

/// In the order in which they are to be done. Nothing, when everything is as desired. What is being deleted
/// is left alone: when it is gone, that is a change. Objects which the instance controls and does not want
/// any more are deleted first: no two migrations are at work.
std::vector<Action> plan(const Identity& instance, const Observed& observed,
                         const std::vector<DesiredObject>& desired);

/// Whether an action changes what runs.
bool is_disruptive(const Action& action);
/// Whether a workload exists that was last written with another wish: the spec has changed, or the operator.
bool has_new_wish(const Observed& observed, const std::vector<DesiredObject>& desired);
/// Whether a workload exists that was written with other credentials: somebody has changed a Secret, or it
/// was made anew.
bool has_other_credentials(const Observed& observed, const std::vector<DesiredObject>& desired);

}  // namespace crm
