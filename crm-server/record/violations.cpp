#include "crm-server/record/violations.h"

#include <string_view>
#include <utility>

namespace record {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// Cut between two characters, and not within an escape: a pointer stays a pointer ("~0" and "~1" are whole).
void bound(std::string& text) {
    if (text.size() <= Violations::kLongestText) return;
    std::size_t end = Violations::kLongestText - kEllipsis.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    if (end > 0 && text[end - 1] == '~') --end;
    // Another text, not a shorter one: that would keep the memory of the long one.
    text = text.substr(0, end).append(kEllipsis);
}

}  // namespace

Violations::Violations(std::initializer_list<Violation> told) {
    for (const Violation& violation : told) push_back(violation);
}

void Violations::push_back(Violation violation) {
    if (is_full()) return;
    bound(violation.pointer);
    bound(violation.detail);
    told_.push_back(std::move(violation));
}

}  // namespace record
