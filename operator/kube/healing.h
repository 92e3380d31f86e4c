// What server-side apply cannot put right by itself. Pure.
//
// An apply merges lists by the keys of their items. When somebody changes a key (the port of a Service, the
// name of a container, the path of a mount), an apply of what is wanted adds an item beside the changed one,
// or is refused because the two contradict each other. And it takes nothing away that somebody added inside
// of what is ours, although the API server may refuse both together (two sources of one volume).
#pragma once

#include "operator/kube/object.h"

namespace kube {

enum class Healing {
    remnants,  // items that are ours under another key go, and twice the same one
    strict,    // besides, nothing but what is wanted stays inside of what is ours
};

/// The JSON merge patch that makes a live object such that an apply of the manifest can make the rest of it.
/// Null when an apply alone can do it. Items that others added to a list stay.
json healing(const json& live, const json& manifest, Healing how);

/// A patch of ours owns what it sets apart from what an apply sets, and keeps it when it is no longer
/// applied. The patch that gives this up; null when there is nothing to give up.
json giving_up_patched_fields(const json& live);

}  // namespace kube
