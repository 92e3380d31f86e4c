#include "tests/support/label_selector.h"

#include <optional>
#include <string>
#include <string_view>

namespace support {
namespace {

std::optional<std::string_view> label(const kube::json& object, std::string_view name) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end() || !metadata->contains("labels")) {
        return std::nullopt;
    }
    const kube::json& labels = metadata->at("labels");
    const auto found = labels.find(name);
    return found == labels.end() ? std::nullopt
                                 : std::optional<std::string_view>(found->get_ref<const std::string&>());
}

bool matches_one(std::string_view requirement, const kube::json& object) {
    if (requirement.starts_with('!')) {
        return !label(object, requirement.substr(1));
    }
    const std::size_t equals = requirement.find('=');
    if (equals == std::string_view::npos) {
        return label(object, requirement).has_value();
    }
    const bool negated = equals > 0 && requirement[equals - 1] == '!';
    const std::size_t value = requirement.find_first_not_of('=', equals);
    const auto wanted = value == std::string_view::npos ? std::string_view{} : requirement.substr(value);
    const bool equal = label(object, requirement.substr(0, negated ? equals - 1 : equals)) == wanted;
    return equal != negated;
}

}  // namespace

Result<bool> matches(std::string_view selector, const kube::json& object) {
    if (selector.find_first_of("() ") != std::string_view::npos) {
        return fail(ErrorKind::invalid, "unsupported label selector: " + std::string(selector));
    }
    while (!selector.empty()) {
        const std::size_t comma = selector.find(',');
        if (!matches_one(selector.substr(0, comma), object)) {
            return false;
        }
        selector = comma == std::string_view::npos ? std::string_view{} : selector.substr(comma + 1);
    }
    return true;
}

}  // namespace support
