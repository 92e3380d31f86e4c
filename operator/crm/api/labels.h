// Labels and annotations: how the objects of an instance are found, and told from those of others.
//
// What the operator goes by is in its own domain. The well-known labels are for people, and on what goes with
// its owner alone: tools that keep a cluster equal to a repository take what carries
// app.kubernetes.io/instance for theirs to delete.
#pragma once

#include "operator/crm/api/crm_instance.h"
#include "operator/kube/object.h"

#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// A part of an instance: the value of the label crm-operator.dev/component.
enum class Component { server, database, migration };
std::string_view name_of(Component component);

inline constexpr std::string_view kInstanceLabel = "crm-operator.dev/instance";
inline constexpr std::string_view kComponentLabel = "crm-operator.dev/component";
/// On pod templates: the digest of the credentials that the pods mount, so that new ones roll the pods.
inline constexpr std::string_view kCredentialsDigest = "crm-operator.dev/credentials-digest";
/// On a migration Job: the uid of the claim of the volume that it migrates, if that was known.
inline constexpr std::string_view kClaimUid = "crm-operator.dev/claim-uid";
/// On workloads: the digest of the spec as it was wanted when it was last written. It tells a wish that has
/// changed from what somebody else has changed.
inline constexpr std::string_view kSpecDigest = "crm-operator.dev/spec-digest";
/// On the template of the database's pod, and so on the pod: the digest of what is worth a restart.
inline constexpr std::string_view kTemplateDigest = "crm-operator.dev/template-digest";
/// On the StatefulSet: what the database is to run with, as text.
inline constexpr std::string_view kFootprint = "crm-operator.dev/footprint";
/// On what holds data: the deletion policy that was last carried out on it, "Retain" or "Delete".
inline constexpr std::string_view kDeletionPolicy = "crm-operator.dev/deletion-policy";

/// What the operator watches of its owned kinds: a foreign object is never sent to it.
inline constexpr std::string_view kManagedSelector = kInstanceLabel;

/// The labels that select the pods of a component.
kube::json selector_labels(std::string_view instance, Component component);
/// The same as text, as `kubectl get -l` and the scale subresource take it.
std::string selector_text(std::string_view instance, Component component);
/// The labels of an owned object, and of its pods: those of the selector, and some for people.
kube::json labels(std::string_view instance, Component component);
/// The well-known labels that 0.1.0 gave to everything.
kube::json former_labels(std::string_view instance, Component component);
/// The keys of those that an object has.
std::vector<std::string> former_labels_of(const kube::json& object);

/// On what may outlive its owner: tells such tools, each in its own words, to let it be.
kube::json keeping_annotations(DeletionPolicy policy);

/// Whether a label or annotation is the operator's to set: nobody else may.
bool is_own_key(std::string_view key);
/// The labels of an object that have one of the keys of labels(). Others may add labels of their own.
kube::json own_labels(const kube::json& object);
/// The name of the instance that an object belongs to; empty when it belongs to none.
std::string instance_of(const kube::json& object);
/// The part that an object belongs to; empty when it belongs to none. 0.1.0 used another label.
std::string component_of(const kube::json& object);

}  // namespace crm
