#include "crm-server/api/query_string.h"

#include <charconv>

namespace api {
namespace {

constexpr std::string_view kMalformed = "The URL holds a malformed percent-encoding.";

enum class Plus { literal, space };

Result<std::string> decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::space) {
            decoded += ' ';
            continue;
        }
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return fail(ErrorKind::invalid, std::string(kMalformed));
        const char* const first = text.data() + i + 1;
        unsigned octet = 0;
        const auto [end, error] = std::from_chars(first, first + 2, octet, 16);
        // NUL ends a text parameter of PostgreSQL early: what follows it would be lost silently.
        if (error != std::errc{} || end != first + 2 || octet == 0) {
            return fail(ErrorKind::invalid, std::string(kMalformed));
        }
        decoded += static_cast<char>(octet);
        i += 2;
    }
    return decoded;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
    return decode(text, Plus::literal);
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;

        const std::size_t equals = pair.find('=');
        Result<std::string> name = decode(pair.substr(0, equals), Plus::space);
        if (!name) return tl::unexpected(name.error());
        const bool has_value = equals != std::string_view::npos;
        Result<std::string> value =
            decode(has_value ? pair.substr(equals + 1) : std::string_view{}, Plus::space);
        if (!value) return tl::unexpected(value.error());
        parameters.push_back({*std::move(name), *std::move(value)});
    }
    return parameters;
}

}  // namespace api
