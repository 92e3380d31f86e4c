#include "crm-server/api/preconditions.h"

#include <charconv>

namespace api {
namespace {

/// A list may be spread over several header lines (RFC 9110, 5.3).
Result<std::optional<EntityTagCondition>> parse_header(const common::http::Request& request,
                                                       std::string_view name) {
    std::optional<std::string> joined;
    for (const auto& [key, value] : request.headers) {
        if (!common::http::equals_ignoring_case(key, name)) continue;
        joined = joined ? *joined + ", " + value : value;
    }
    if (!joined) return std::nullopt;
    Result<EntityTagCondition> condition = parse_entity_tag_condition(*joined);
    if (!condition) return fail(ErrorKind::invalid, std::string(name) + ": " + condition.error().message);
    return *std::move(condition);
}

}  // namespace

Result<Preconditions> parse_preconditions(const common::http::Request& request) {
    auto if_match = parse_header(request, "If-Match");
    if (!if_match) return tl::unexpected(if_match.error());
    auto if_none_match = parse_header(request, "If-None-Match");
    if (!if_none_match) return tl::unexpected(if_none_match.error());
    return Preconditions{*std::move(if_match), *std::move(if_none_match)};
}

Verdict evaluate(const Preconditions& conditions, std::int64_t version, bool is_read) {
    const std::string tag = std::to_string(version);
    if (conditions.if_match && !conditions.if_match->matches_strongly(tag)) return Verdict::failed;
    if (conditions.if_none_match && conditions.if_none_match->matches_weakly(tag)) {
        return is_read ? Verdict::not_modified : Verdict::failed;
    }
    return Verdict::proceed;
}

std::optional<std::int64_t> expected_version(const Preconditions& conditions) {
    if (conditions.if_none_match || !conditions.if_match || conditions.if_match->tags.size() != 1) {
        return std::nullopt;
    }
    const EntityTag& tag = conditions.if_match->tags.front();
    if (tag.weak) return std::nullopt;
    std::int64_t version = 0;
    const char* const last = tag.opaque.data() + tag.opaque.size();
    const auto [end, error] = std::from_chars(tag.opaque.data(), last, version);
    // "07" is another tag than "7", although it is the same number.
    if (error != std::errc{} || end != last || std::to_string(version) != tag.opaque) return std::nullopt;
    return version;
}

std::string entity_tag_of(std::int64_t version) {
    return format_entity_tag(std::to_string(version));
}

}  // namespace api
