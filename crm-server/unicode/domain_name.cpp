#include "crm-server/unicode/domain_name.h"

#include <algorithm>
#include <cstdlib>
#include <idn2.h>
#include <memory>

namespace unicode {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

struct Free {
    void operator()(char* text) const {
        std::free(text);
    }  // NOLINT(cppcoreguidelines-no-malloc): the library's
};

bool is_label(std::string_view label) {
    const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, is_part);
}

bool is_host_name(std::string_view name) {
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        if (!is_label(name.substr(0, dot))) return false;
        name.remove_prefix(dot + 1);
    }
    return is_label(name);
}

}  // namespace

std::optional<std::string> ascii_domain_name(std::string_view name) {
    // Nothing that long becomes a name, and the library takes a NUL for its end.
    if (name.size() > 4 * kLongestName || name.find('\0') != std::string_view::npos) return std::nullopt;
    char* converted = nullptr;
    const int result =
        idn2_to_ascii_8z(std::string(name).c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, Free> owner(converted);
    if (result != IDN2_OK) return std::nullopt;
    std::string ascii(converted);
    if (ascii.size() > kLongestName || !is_host_name(ascii)) return std::nullopt;
    return ascii;
}

}  // namespace unicode
