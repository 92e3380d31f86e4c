#include "common/json_text.h"

#include "common/utf8.h"

#include <cstddef>

namespace common {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void append_escaped(std::string& out, unsigned char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += kHex[c >> 4U];
            out += kHex[c & 0xFU];
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(static_cast<unsigned char>(text[plain]))) ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;

        const auto c = static_cast<unsigned char>(text.front());
        std::size_t taken = 1;
        if (c < 0x80) {
            append_escaped(out, c);
        } else if (const std::size_t length = utf8_length(text); length != 0) {
            out.append(text.substr(0, length));
            taken = length;
        } else {
            out.append(kReplacement);
        }
        text.remove_prefix(taken);
    }
    out += '"';
}

}  // namespace common
