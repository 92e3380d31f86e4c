#include "common/utf8.h"

namespace common {
namespace {

/// How long a sequence of several bytes is by its first, and which second bytes may follow: no overlong
/// forms, no surrogates, nothing above U+10FFFF (RFC 3629, section 4).
struct Lead {
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
};

Lead lead_of(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {.length = 2};
    if (byte == 0xE0) return {.length = 3, .low = 0xA0};
    if (byte == 0xED) return {.length = 3, .high = 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {.length = 3};
    if (byte == 0xF0) return {.length = 4, .low = 0x90};
    if (byte == 0xF4) return {.length = 4, .high = 0x8F};
    if (byte >= 0xF1 && byte <= 0xF3) return {.length = 4};
    return {};
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return 1;
    const Lead lead = lead_of(byte(0));
    if (lead.length == 0 || text.size() < lead.length) return 0;
    if (byte(1) < lead.low || byte(1) > lead.high) return 0;
    for (std::size_t i = 2; i < lead.length; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
    }
    return lead.length;
}

}  // namespace common
