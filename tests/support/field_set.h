// Sets of fields of a Kubernetes object, as server-side apply keeps them in metadata.managedFields. Pure.
//
// Which lists are merged by key and which values are owned as a whole is decided by the name of their field,
// where the API server asks its schemas: right for the kinds that an operator of workloads writes.
// Format: FieldsV1 of https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include "operator/kube/object.h"

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

kube::json to_fields_v1(const FieldSet& fields);
FieldSet from_fields_v1(const kube::json& fields);

/// The value at a path; null when there is none.
const kube::json* value_at(const kube::json& object, const FieldPath& path);
/// Removes the value at a path and containers that became empty, unless `keep` has fields in them.
void remove_at(kube::json& object, const FieldPath& path, const FieldSet& keep);

/// Whether the set has this path or one inside it.
bool has_inside(const FieldSet& fields, const FieldPath& path);

/// Live with the manifest's fields laid over it.
kube::json merged(const kube::json& live, const kube::json& manifest, std::string_view field = {});

}  // namespace support
