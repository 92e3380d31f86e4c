#include "common/http/media_type.h"

#include "common/http/message.h"

#include <algorithm>

namespace common::http {
namespace {

/// Takes the parts of a media type off the front of a text, one after the other.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool is_at_end() const { return rest_.empty(); }
    bool is_at(char c) const { return rest_.starts_with(c); }

    bool take(char c) {
        if (!is_at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void skip_white_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    /// Empty when there is none.
    std::string_view token() {
        const auto* const end = std::ranges::find_if_not(rest_, is_token_char);
        const std::string_view token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(token.size());
        return token;
    }

    /// Of a parameter: a token, or what stands in quotes, which may be nothing. nullopt when it is neither.
    std::optional<std::string> value() {
        if (take('"')) return rest_of_quoted_string();
        const std::string_view text = token();
        return text.empty() ? std::nullopt : std::optional<std::string>(text);
    }

  private:
    std::optional<std::string> rest_of_quoted_string() {
        std::string value;
        while (!take('"')) {
            take('\\');
            if (rest_.empty() || !is_quotable(rest_.front())) return std::nullopt;
            value += rest_.front();
            rest_.remove_prefix(1);
        }
        return value;
    }

    static bool is_quotable(char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet == '\t' || (octet >= 0x20 && octet != 0x7F);
    }

    std::string_view rest_;
};

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), lower_case);
    return lower;
}

}  // namespace

std::optional<MediaType> parse_media_type(std::string_view text) {
    Reader reader(text);
    reader.skip_white_space();
    const std::string_view type = reader.token();
    if (type.empty() || !reader.take('/')) return std::nullopt;
    const std::string_view subtype = reader.token();
    if (subtype.empty()) return std::nullopt;

    MediaType media_type{.name = in_lower_case(type) + '/' + in_lower_case(subtype)};
    for (reader.skip_white_space(); !reader.is_at_end(); reader.skip_white_space()) {
        if (!reader.take(';')) return std::nullopt;
        reader.skip_white_space();
        // A parameter may be missing: behind the last semicolon, or between two.
        if (reader.is_at_end() || reader.is_at(';')) continue;
        const std::string_view name = reader.token();
        if (name.empty() || !reader.take('=')) return std::nullopt;
        std::optional<std::string> value = reader.value();
        if (!value) return std::nullopt;
        media_type.parameters.push_back({in_lower_case(name), *std::move(value)});
    }
    return media_type;
}

}  // namespace common::http
