#include "crm-server/api/client_address.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace api {
namespace {

namespace ip = boost::asio::ip;
using common::http::equals_ignoring_case;
using common::http::Request;

constexpr unsigned kMappedPrefix = 96;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The parts between commas, without the blanks around them.
std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t comma = text.find(',');
        parts.push_back(trim(text.substr(0, comma)));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

/// Of either family; none with a zone, which means nothing to another machine.
std::optional<ip::address> parse_address(std::string_view text) {
    if (text.find('%') != std::string_view::npos) return std::nullopt;
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

ip::address_v6 as_v6(const ip::address& address) {
    return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

std::optional<unsigned> parse_number(std::string_view digits, unsigned most) {
    unsigned number = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (status != std::errc() || end != digits.data() + digits.size() || number > most) return std::nullopt;
    return number;
}

/// What one hop is said to be: an address, or nobody knows whose.
struct Node {
    std::optional<ip::address> address;
};
/// In the order of writing; nullopt in the place of what is malformed.
using Nodes = std::vector<std::optional<Node>>;

/// "_hidden", of a name or a port (RFC 7239, section 6.3).
bool is_obfuscated(std::string_view text) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    return text.size() > 1 && text.front() == '_' && std::ranges::all_of(text, allowed);
}

bool is_port(std::string_view text) {
    return is_obfuscated(text) || (text.size() <= 5 && parse_number(text, 65535));
}

/// A node of RFC 7239, section 6; in X-Forwarded-For an IPv6 address may stand without brackets as well.
std::optional<Node> parse_node(std::string_view text) {
    std::string_view name = text;
    std::string_view rest;
    const bool bracketed = text.starts_with('[');
    if (bracketed) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        name = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (std::ranges::count(text, ':') == 1) {
        name = text.substr(0, text.find(':'));
        rest = text.substr(name.size());
    }
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    if (!bracketed && (equals_ignoring_case(name, "unknown") || is_obfuscated(name))) return Node{};
    const bool is_v6 = name.find(':') != std::string_view::npos;
    const auto address = parse_address(name);
    if (!address || (bracketed && !is_v6)) return std::nullopt;
    return Node{address};
}

/// One line of X-Forwarded-For. Empty elements are none (RFC 9110, section 5.6.1).
Nodes read_x_forwarded_for(std::string_view line) {
    Nodes nodes;
    for (const std::string_view part : split_list(line))
        if (!part.empty()) nodes.push_back(parse_node(part));
    return nodes;
}

/// Reads the pairs of one line of Forwarded (RFC 7239, section 4).
class ForwardedReader {
  public:
    explicit ForwardedReader(std::string_view line) : rest_(line) {}

    Nodes read() {
        Nodes malformed{std::nullopt};
        Nodes nodes;
        std::optional<Node> node;
        bool any = false;  // pair in this element
        for (;;) {
            skip_blanks();
            if (!rest_.empty() && rest_.front() != ';' && rest_.front() != ',') {
                const std::string_view name = token();
                if (name.empty() || !skip('=')) return malformed;
                const auto value = this->value();
                if (!value) return malformed;
                if (equals_ignoring_case(name, "for")) {
                    if (node) return malformed;
                    node = parse_node(*value);
                    if (!node) return malformed;
                }
                any = true;
                skip_blanks();
            }
            if (skip(';')) continue;
            if (any) nodes.push_back(std::exchange(node, std::nullopt).value_or(Node{}));
            any = false;
            if (rest_.empty()) return nodes;
            if (!skip(',')) return malformed;
        }
    }

  private:
    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    std::string_view token() {
        constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
        const auto* const end = std::ranges::find_if_not(
            rest_, [&](char c) { return is_alphanumeric(c) || kOthers.find(c) != std::string_view::npos; });
        const std::string_view token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(token.size());
        return token;
    }
    /// A token or a quoted string; nullopt when it is neither.
    std::optional<std::string> value() {
        if (!skip('"')) {
            const std::string_view text = token();
            return text.empty() ? std::nullopt : std::optional(std::string(text));
        }
        std::string text;
        while (!rest_.empty() && rest_.front() != '"') {
            if (skip('\\') && rest_.empty()) return std::nullopt;
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        return skip('"') ? std::optional(std::move(text)) : std::nullopt;
    }

    std::string_view rest_;
};

Nodes read_forwarded(std::string_view line) {
    return ForwardedReader(line).read();
}

/// From the connection's end of the headers of that name to the client's; nullopt when that comes to what is
/// malformed. Further to the left stands what nobody trusted has written.
std::optional<ip::address> follow(const Request& request, std::string_view name,
                                  Nodes (*read)(std::string_view), const TrustedProxies& proxies,
                                  ip::address hop) {
    for (const auto& [key, line] : std::views::reverse(request.headers)) {
        if (!equals_ignoring_case(key, name)) continue;
        if (!proxies.contains(hop)) return hop;
        for (const std::optional<Node>& node : std::views::reverse(read(line))) {
            if (!proxies.contains(hop)) return hop;
            if (!node) return std::nullopt;
            if (!node->address) return hop;
            hop = *node->address;
        }
    }
    return hop;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
    TrustedProxies proxies;
    if (trim(list).empty()) return proxies;
    for (const std::string_view part : split_list(list)) {
        const std::size_t slash = part.find('/');
        const auto address = parse_address(part.substr(0, slash));
        const bool mapped = address && address->is_v4() && part.find(':') != std::string_view::npos;
        const unsigned bits = address && address->is_v4() && !mapped ? 32 : 128;
        const auto prefix = slash == std::string_view::npos ? std::optional(bits)
                                                            : parse_number(part.substr(slash + 1), bits);
        if (!address || !prefix || (mapped && *prefix < kMappedPrefix)) {
            return fail(
                ErrorKind::invalid,
                fmt::format("'{}' in the list of trusted proxies is neither an address nor a network, "
                            "as in 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32.",
                            part));
        }
        proxies.networks_.push_back({as_v6(*address), *prefix + 128 - bits});
    }
    return proxies;
}

bool TrustedProxies::contains(const ip::address& address) const {
    const auto bytes = as_v6(address).to_bytes();
    return std::ranges::any_of(networks_, [&](const Network& network) {
        // "::/0" is all of IPv6 and says nothing of IPv4.
        if (address.is_v4() && network.prefix < kMappedPrefix) return false;
        const auto expected = network.address.to_bytes();
        for (unsigned bit = 0; bit < network.prefix; bit += 8) {
            const unsigned differing = (bytes[bit / 8] ^ expected[bit / 8]) & 0xFFU;
            if (differing >> (8 - std::min(8U, network.prefix - bit)) != 0) return false;
        }
        return true;
    });
}

std::string client_address(const Request& request, const TrustedProxies& proxies) {
    const auto connection = parse_address(request.remote_address);
    if (!connection || !proxies.contains(*connection)) return request.remote_address;
    std::optional<ip::address> client = connection;
    const bool has_forwarded = request.header("Forwarded").has_value();
    const bool has_x_forwarded_for = request.header("X-Forwarded-For").has_value();
    if (has_forwarded) client = follow(request, "Forwarded", read_forwarded, proxies, *connection);
    if (has_x_forwarded_for) {
        const auto other = follow(request, "X-Forwarded-For", read_x_forwarded_for, proxies, *connection);
        client = has_forwarded && client != other ? connection : other;
    }
    return client.value_or(*connection).to_string();
}

}  // namespace api
