// What ails an object of an instance, as far as the object tells itself. Pure.
//
// It is found when the object is projected, so that a healthy one costs nothing and a status full of fields
// need not be remembered. Counters and times are left out: they would make every tick a change.
#pragma once

#include "operator/crm/observed/facts.h"
#include "operator/kube/object.h"

#include <optional>
#include <string>

namespace crm {

struct Ailment {
    std::string reason = {};  // see reason::
    std::string what = {};    // "container server of Pod acme-server-5c9f-x2x"
    std::string by = {};      // an image, an exit code, a quota …: see the messages in report/causes.cpp
    std::string words = {};   // of whoever is the cause

    bool operator==(const Ailment&) const = default;
};

/// Of an object of a kind that the operator watches; nothing when it is well, or tells nothing.
std::optional<Ailment> ailment_of(const kube::Kind& kind, const kube::json& object);

/// Of a Warning Event about an object that does not tell itself why it waits.
Ailment ailment_of_event(const kube::json& event);
/// When a Warning Event was told last, RFC 3339.
std::string time_of_event(const kube::json& event);

CRM_FACTS(Ailment, reason, what, by, words)

}  // namespace crm
