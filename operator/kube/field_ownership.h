// Which fields of an object this program owns, read from metadata.managedFields (FieldsV1).
//
// Server-side apply records for each manager the set of fields it applied. The live values of the fields
// that we own are equal to what we would apply now exactly when nobody changed them and our wish is the
// same: this is how drift is seen without a request and without keeping live objects in memory.
//
// For that to hold a manifest must say what the API server would write:
//  - quantities in canonical form ("1", not "1000m"), no null, Secrets by data and not stringData;
//  - inside a value that is owned as a whole (an atomic list or map: selector, volumeClaimTemplates,
//    secretKeyRef, fieldRef, tolerations, the items of a Secret volume, an empty object) the defaults as
//    well.
// Defaults of other fields need not be said: nobody owns them, so they are not compared.
//
// Format: https://kubernetes.io/docs/reference/using-api/server-side-apply/ and
// structured-merge-diff's FieldsV1: "f:<field>", "k:<list item's keys>", "v:<set value>", "i:<index>", ".".
// All functions are pure.
#pragma once

#include "operator/kube/object.h"

#include <cstdint>
#include <string_view>

namespace kube {

/// The part of the object that the manager owns by server-side apply (not of the status subresource), in the
/// object's own shape. Null when the manager owns nothing.
json owned_fields(const json& object, std::string_view manager);

/// Whether the manager has written any field of the object, in whatever way.
bool is_written_by(const json& object, std::string_view manager);

/// A manifest without what identifies it (apiVersion, kind, metadata.name, metadata.namespace): equal to
/// owned_fields() of the live object when the object is as the manifest wants it.
json identity_removed(json manifest);

/// A digest of a JSON value that does not depend on the order of object keys. Stable across processes.
/// Equal values (by operator==) have equal digests.
std::uint64_t digest(const json& value);
/// The same as sixteen hexadecimal digits, as annotations hold it.
std::string digest_text(const json& value);

/// The same of an object without its identity, and as if members that are null were not there: what
/// owned_fields() of a live object and a manifest have in common when the one is as the other wants it.
std::uint64_t content_digest(const json& object);

}  // namespace kube
