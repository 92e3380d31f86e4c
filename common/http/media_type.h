// A media type with its parameters, as Content-Type holds it (RFC 9110, sections 8.3.1 and 5.6.6). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace common::http {

struct MediaType {
    struct Parameter {
        std::string name;   // in lower case
        std::string value;  // without the quotes and escapes that it may be written with

        bool operator==(const Parameter&) const = default;
    };

    std::string name;  // "application/json", in lower case
    std::vector<Parameter> parameters = {};

    bool operator==(const MediaType&) const = default;
};

/// nullopt when the text is none.
std::optional<MediaType> parse_media_type(std::string_view text);

}  // namespace common::http
