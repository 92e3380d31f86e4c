// Sets of fields of a Kubernetes object, as server-side apply keeps them in metadata.managedFields. Pure.
//
// Which lists are merged by key and which values are owned as a whole is decided by the name of their field,
// where the API server asks its schemas: right for the kinds that an operator of workloads writes.
// Format: FieldsV1 of https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include "operator/kube/object.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// From the root: "f:<field>", "k:<keys of a list item>", "v:<value of a set>".
using FieldPath = std::vector<std::string>;
using FieldSet = std::set<FieldPath>;

/// The fields that a manifest sets, without identity and what the server fills in.
FieldSet fields_of(const kube::json& manifest);
/// The same as a tree: FieldsV1. What is done often is done with trees, since sets of paths cost a lot to
/// make.
kube::json fields_v1_of(const kube::json& manifest);

kube::json to_fields_v1(const FieldSet& fields);
FieldSet from_fields_v1(const kube::json& fields);

/// The value at a path; null when there is none.
const kube::json* value_at(const kube::json& object, const FieldPath& path);
/// Removes the value at a path and containers that became empty, unless they are to be kept.
void remove_at(kube::json& object, const FieldPath& path, const std::function<bool(const FieldPath&)>& keep);

/// Whether a tree of fields has this path or one inside it.
bool has_inside(const kube::json& fields, const FieldPath& path);
/// The paths that both trees have; not those that only say that an item of a list exists.
std::vector<FieldPath> common_values(const kube::json& fields, const kube::json& others);
/// The paths of a tree that the other does not have, nor anything inside them.
std::vector<FieldPath> left_out(const kube::json& fields, const kube::json& of);

/// Lays the manifest's fields over the live ones.
void merge(kube::json& live, const kube::json& manifest, std::string_view field = {});

}  // namespace support
