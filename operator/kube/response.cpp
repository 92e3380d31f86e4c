#include "operator/kube/response.h"

#include "operator/kube/json_fields.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kube {
namespace {

using std::chrono::seconds;

ErrorKind kind_of(int status) {
    switch (status) {
        case 401:
            return ErrorKind::unauthorized;
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 409:
            return ErrorKind::conflict;
        case 410:
            return ErrorKind::expired;
        case 429:
            return ErrorKind::throttled;
        default:
            break;
    }
    if (status >= 400 && status < 500) {
        return ErrorKind::invalid;
    }
    return status >= 500 ? ErrorKind::unavailable : ErrorKind::internal;
}

const json& causes_of(const json& status) {
    return list_at(status, "/details/causes");
}

/// The message, with what is wrong in which field where it does not say so itself.
std::string message_of(const json& status) {
    std::string message = text_at(status, "/message");
    for (const json& cause : causes_of(status)) {
        const std::string text = text_at(cause, "/message");
        if (!text.empty() && message.find(text) == std::string::npos) {
            const std::string field = text_at(cause, "/field");
            message += "; " + (field.empty() ? text : field + ": " + text);
        }
    }
    return message;
}

/// Whether the object of the name is another one than was meant. To a patch the API server says so as if
/// somebody had tried to change the uid.
bool is_about_the_uid(const json& status) {
    return std::ranges::any_of(causes_of(status),
                               [](const json& cause) { return text_at(cause, "/field") == "metadata.uid"; });
}

std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && value >= 0 ? std::optional<std::chrono::milliseconds>(seconds(value)) : std::nullopt;
}

/// The beginning of what is no Status object (a proxy's page), fit for one line of a log.
std::string excerpt(std::string_view body) {
    constexpr std::size_t kLength = 200;
    std::string text(body.substr(0, kLength));
    std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
    return text;
}

json parse(const std::string& body) {
    return json::parse(body, nullptr, false);
}

// The parser's own messages quote the text, which may hold a Secret's data.
tl::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorKind::internal, "the API server's answer is no " + std::string(what));
}

}  // namespace

Error error_of_status(const json& status) {
    if (!status.is_object()) {
        return {ErrorKind::internal, "the API server sent an error without a Status"};
    }
    Error error{is_about_the_uid(status) ? ErrorKind::conflict : kind_of(number_at<int>(status, "/code")),
                message_of(status)};
    if (error.message.empty()) {
        error.message = text_at(status, "/reason");
    }
    if (const int wait = number_at<int>(status, "/details/retryAfterSeconds"); wait > 0) {
        error.retry_after = seconds(wait);
    }
    return error;
}

Error error_of(const Response& response) {
    const std::string http = "HTTP " + std::to_string(response.status);
    Error error{kind_of(response.status), {}};
    if (json status = parse(response.body); status.is_object()) {
        status["code"] = response.status;
        error = error_of_status(status);
    } else if (!response.body.empty()) {
        error.message = http + ": " + excerpt(response.body);
    }
    if (error.message.empty()) {
        error.message = http;
    }
    if (const auto wait = parse_seconds(response.retry_after)) {
        error.retry_after = wait;
    }
    return error;
}

Result<json> decode_object(const Response& response) {
    json object = parse(response.body);
    if (!object.is_object()) {
        return malformed("JSON object");
    }
    return object;
}

Result<Page> decode_page(const Kind& kind, const Response& response) {
    json list = parse(response.body);
    if (!list.is_object()) {
        return malformed("JSON object");
    }
    Page page;
    page.resource_version = resource_version_of(list);
    if (page.resource_version.empty()) {
        return malformed("list");
    }
    page.continue_token = text_at(list, "/metadata/continue");
    json& items = list["items"];
    if (!items.is_array() && !items.is_null()) {
        return malformed("list");
    }
    page.items.reserve(items.size());
    for (json& item : items) {
        if (!item.is_object()) {
            return malformed("list of objects");
        }
        item["apiVersion"] = kind.api_version();
        item["kind"] = kind.kind;
        page.items.push_back(std::move(item));
    }
    return page;
}

}  // namespace kube
