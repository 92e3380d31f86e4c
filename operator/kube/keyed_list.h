// Lists whose items the API server tells apart by keys: an apply merges them item by item, so an item whose
// key was changed is another one to it. Pure.
//
// Which lists these are is decided by the name of their field, where the API server asks its schemas: right
// for the kinds that an operator of workloads writes. To write one more such list, add a row.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
#pragma once

#include "operator/kube/object.h"

#include <array>
#include <string_view>

namespace kube {

struct KeyedList {
    std::string_view field;
    std::array<std::string_view, 2> keys;  // the second may be empty
    /// No two items may have the same value in it, unless that is false; empty when there is no such field.
    std::string_view unique = {};
};

/// Null for a list that is owned as a whole. The items decide between lists of one name.
const KeyedList* keyed_list(std::string_view field, const json& items);

/// The keys of an item, with those that the API server would fill in.
json keys_of(const KeyedList& list, const json& item);

/// The item with these keys; null when there is none.
const json* find_item(const KeyedList& list, const json& items, const json& keys);

}  // namespace kube
