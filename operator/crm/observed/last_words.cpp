#include "operator/crm/observed/last_words.h"

#include "common/text.h"
#include "operator/kube/object.h"

#include <deque>

namespace crm {
namespace {

constexpr std::size_t kLines = 3;
constexpr std::size_t kLineLimit = 200;

std::string readable(std::string_view line) {
    const kube::json entry = kube::json::parse(line, nullptr, false);
    if (!entry.is_object()) {
        return common::one_line(line, kLineLimit);
    }
    std::string result;
    for (const char* key : {"message", "error", "errorMessage"}) {
        if (const auto text = entry.find(key); text != entry.end() && text->is_string()) {
            result += (result.empty() ? "" : ": ") + text->get<std::string>();
        }
    }
    return common::one_line(result.empty() ? line : std::string_view(result), kLineLimit);
}

}  // namespace

std::string last_words(std::string_view log) {
    std::deque<std::string> lines;
    while (!log.empty() && lines.size() < kLines) {
        const std::size_t begin = log.find_last_of('\n');
        const std::string_view line = begin == std::string_view::npos ? log : log.substr(begin + 1);
        if (std::string text = readable(line); !text.empty()) {
            lines.push_front(std::move(text));
        }
        log.remove_suffix(begin == std::string_view::npos ? log.size() : log.size() - begin);
    }
    std::string result;
    for (const std::string& line : lines) {
        result += (result.empty() ? "" : " / ") + line;
    }
    return result;
}

}  // namespace crm
