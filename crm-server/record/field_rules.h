// What a single value must look like to be a field's. Pure.
#pragma once

#include "crm-server/record/entity.h"

#include <string>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace record {

/// The value in the text form in which PostgreSQL prints it, so that equal values have equal texts; or what
/// is wrong with it: "must be at most 200 characters". `value` is not null and was parsed strictly.
tl::expected<std::string, std::string> normalise(const Field& field, const nlohmann::json& value);

}  // namespace record
