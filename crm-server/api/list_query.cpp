#include "crm-server/api/list_query.h"

#include "crm-server/api/query_string.h"

#include <charconv>
#include <set>

namespace api {
namespace {

constexpr std::size_t kGreatestLimit = 200;

Result<std::size_t> parse_limit(const std::string& text) {
    std::size_t limit = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, limit);
    if (error != std::errc{} || end != last || limit < 1 || limit > kGreatestLimit) {
        return fail(ErrorKind::invalid, "The parameter limit must be a number from 1 to 200.");
    }
    return limit;
}

}  // namespace

Result<record::ListRequest> parse_list_query(std::string_view query) {
    Result<std::vector<QueryParameter>> parameters = parse_query(query);
    if (!parameters) return tl::unexpected(parameters.error());

    record::ListRequest list;
    std::set<std::string_view> seen;
    for (const QueryParameter& parameter : *parameters) {
        if (!seen.insert(parameter.name).second) {
            return fail(ErrorKind::invalid, "The parameter " + parameter.name + " comes twice.");
        }
        if (parameter.name == "limit") {
            const Result<std::size_t> limit = parse_limit(parameter.value);
            if (!limit) return tl::unexpected(limit.error());
            list.limit = *limit;
        } else if (parameter.name == "sort") {
            list.sort = parameter.value;
        } else if (parameter.name == "cursor") {
            list.cursor = parameter.value;
        } else {
            return fail(ErrorKind::invalid,
                        "There is no parameter " + parameter.name + "; a list takes limit, sort and cursor.");
        }
    }
    return list;
}

}  // namespace api
