// Labels and annotations: how the objects of an instance are found, and told from those of others.
#pragma once

#include "operator/kube/object.h"

#include <string>
#include <string_view>

namespace crm {

/// A part of an instance: the value of the label app.kubernetes.io/component.
enum class Component { server, database, migration };
std::string_view name_of(Component component);

inline constexpr std::string_view kInstanceLabel = "crm-operator.dev/instance";
/// On pod templates: the digest of the credentials that the pods mount, so that new ones roll the pods.
inline constexpr std::string_view kCredentialsDigest = "crm-operator.dev/credentials-digest";
/// On a migration Job: the uid of the claim of the volume that it migrates, if that was known.
inline constexpr std::string_view kClaimUid = "crm-operator.dev/claim-uid";

/// What the operator watches of its owned kinds: a foreign object is never sent to it.
inline constexpr std::string_view kManagedSelector = "app.kubernetes.io/managed-by=crm-operator";

/// The labels of an owned object, and of its pods.
kube::json labels(std::string_view instance, Component component);
/// The labels that select the pods of a component: a part of labels(), because a selector cannot be changed.
kube::json selector_labels(std::string_view instance, Component component);
/// The same as text, as `kubectl get -l` and the scale subresource take it.
std::string selector_text(std::string_view instance, Component component);

/// The labels of an object that have one of our keys. Others may add labels of their own.
kube::json own_labels(const kube::json& object);
/// The name of the instance that an object belongs to; empty when it belongs to none.
std::string instance_of(const kube::json& object);

}  // namespace crm
