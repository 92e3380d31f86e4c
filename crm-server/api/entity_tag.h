// Entity tags and the conditions made of them: If-Match and If-None-Match (RFC 9110, 8.8.3 and 13.1).
#pragma once

#include "common/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace api {

struct EntityTag {
    std::string opaque;  // without the quotes
    bool weak = false;

    bool operator==(const EntityTag&) const = default;
};

/// The value of an If-Match or If-None-Match header.
struct EntityTagCondition {
    bool any = false;             // "*": any current representation
    std::vector<EntityTag> tags;  // else one of these

    /// For If-Match: weak tags never match.
    bool matches_strongly(std::string_view opaque) const;
    /// For If-None-Match: weakness is ignored.
    bool matches_weakly(std::string_view opaque) const;

    bool operator==(const EntityTagCondition&) const = default;
};

Result<EntityTagCondition> parse_entity_tag_condition(std::string_view header);

/// The strong tag as a header shows it: "7" with its quotes.
std::string format_entity_tag(std::string_view opaque);

}  // namespace api
