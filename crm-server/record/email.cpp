#include "crm-server/record/email.h"

#include "crm-server/unicode/domain_name.h"
#include "crm-server/unicode/text.h"

#include <algorithm>
#include <string>

namespace record {
namespace {

constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestAddress = 254;

bool is_visible(char32_t character) {
    return !unicode::is_hidden(character) && !unicode::is_joining(character) &&
           !unicode::is_white_space(character);
}

/// dot-atom-text.
bool is_local_part(std::string_view text) {
    constexpr std::string_view kForbidden = "()<>[]:;@\\,\"";
    return !text.empty() && text.size() <= kLongestLocalPart && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos &&
           text.find_first_of(kForbidden) == std::string_view::npos;
}

}  // namespace

bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || !is_local_part(text.substr(0, at))) return false;
    if (!std::ranges::all_of(unicode::characters(text), is_visible)) return false;
    const auto domain = unicode::ascii_domain_name(text.substr(at + 1));
    return domain && at + 1 + domain->size() <= kLongestAddress;
}

}  // namespace record
