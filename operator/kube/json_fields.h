// Reading fields that may be absent or of another type than expected, as in what others wrote.
//
// A pointer is one of RFC 6901 without escapes and indices: "/status/phase". What is returned by reference
// lives as long as the object.
#pragma once

#include "operator/kube/object.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace kube {

/// Null when there is none.
const json& value_at(const json& object, std::string_view pointer);
/// Empty when there is none.
std::string text_at(const json& object, std::string_view pointer);
const json& object_at(const json& object, std::string_view pointer);
const json& list_at(const json& object, std::string_view pointer);
/// The item of a list whose key has the value: a condition of a type, a container of a name. Empty when there
/// is none.
const json& named(const json& list, std::string_view key, std::string_view value);

template <std::integral Number = std::int64_t>
Number number_at(const json& object, std::string_view pointer, Number absent = 0) {
    const json& value = value_at(object, pointer);
    return value.is_number_integer() ? value.get<Number>() : absent;
}

}  // namespace kube
