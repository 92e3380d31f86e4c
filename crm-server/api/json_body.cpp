#include "crm-server/api/json_body.h"

#include "common/http/message.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace api {
namespace {

using common::http::equals_ignoring_case;
using nlohmann::json;

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Leaves the parser through its callback; does not leave this file.
struct Refused {
    std::string reason;
};

/// What the parser itself lets through: the callback of nlohmann's parser sees every name and value.
class Rules {
  public:
    bool operator()(int depth, json::parse_event_t event, json& parsed) {
        switch (event) {
            case json::parse_event_t::object_start:
                check_depth(depth);
                names_.emplace_back();
                break;
            case json::parse_event_t::object_end:
                names_.pop_back();
                break;
            case json::parse_event_t::array_start:
                check_depth(depth);
                break;
            case json::parse_event_t::array_end:
                break;
            case json::parse_event_t::key:
                check_name(parsed.get_ref<const std::string&>());
                break;
            case json::parse_event_t::value:
                if (parsed.is_string()) check_text(parsed.get_ref<const std::string&>());
                break;
        }
        return true;
    }

  private:
    static void check_depth(int depth) {
        if (depth >= kDeepestBody)
            throw Refused{fmt::format("is nested deeper than {} levels", kDeepestBody)};
    }
    /// A text parameter of PostgreSQL ends at NUL: what follows would be lost silently.
    static void check_text(const std::string& text) {
        if (text.find('\0') != std::string::npos) throw Refused{"holds the character U+0000"};
    }
    void check_name(const std::string& name) {
        check_text(name);
        if (!names_.back().insert(name).second) throw Refused{fmt::format("holds \"{}\" twice", name)};
    }

    std::vector<std::set<std::string>> names_;  // of the open objects
};

std::string position(std::string_view body, std::size_t byte) {
    const std::string_view before = body.substr(0, byte > 0 ? byte - 1 : 0);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

tl::unexpected<Error> malformed(const std::string& reason) {
    return fail(ErrorKind::invalid, "The body " + reason + ".");
}

}  // namespace

bool accepts_content_type(std::string_view header, std::initializer_list<std::string_view> media_types) {
    const std::size_t semicolon = header.find(';');
    const std::string_view media_type = trim(header.substr(0, semicolon));
    const bool known = std::ranges::any_of(
        media_types, [&](std::string_view accepted) { return equals_ignoring_case(media_type, accepted); });
    if (!known || semicolon == std::string_view::npos) return known;

    const std::string_view parameter = trim(header.substr(semicolon + 1));
    const std::size_t equals = parameter.find('=');
    if (!equals_ignoring_case(parameter.substr(0, equals), "charset")) return true;
    const std::string_view charset = parameter.substr(equals + 1);
    return equals_ignoring_case(charset, "utf-8") || equals_ignoring_case(charset, "\"utf-8\"");
}

Result<json> parse_object(std::string_view body) {
    if (body.empty()) return malformed("is empty; it must be a JSON object");
    try {
        // Kept in a std::function by reference: copies of the rules would each see a part of the names.
        Rules rules;
        json parsed = json::parse(body, std::ref(rules));
        if (!parsed.is_object()) return malformed("must be a JSON object");
        return parsed;
    } catch (const Refused& refused) {
        return malformed(refused.reason);
    } catch (const json::parse_error& error) {
        return malformed("is not valid JSON at " + position(body, error.byte));
    } catch (const json::exception&) {
        return malformed("holds a number that is out of range");
    }
}

tl::expected<json, Problem> read_object(const common::http::Request& request,
                                        std::initializer_list<std::string_view> media_types) {
    const std::optional<std::string_view> content_type = request.header("Content-Type");
    if (!content_type || !accepts_content_type(*content_type, media_types)) {
        const std::string accepted = fmt::format("{}", fmt::join(media_types, ", "));
        Problem problem{.status = 415, .detail = "The Content-Type must be one of: " + accepted + "."};
        problem.headers.emplace_back("Accept", accepted);  // RFC 9110, 15.5.16
        return tl::unexpected(std::move(problem));
    }
    Result<json> body = parse_object(request.body);
    if (!body) return refuse(body.error());
    return *std::move(body);
}

}  // namespace api
