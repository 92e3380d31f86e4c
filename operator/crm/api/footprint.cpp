#include "operator/crm/api/footprint.h"

#include <cstdlib>

#include <fmt/format.h>

namespace crm {
namespace {

using kube::json;

const char* name_of(Size size) {
    for (const auto& [name, value] : kSizeNames) {
        if (value == size) {
            return name;
        }
    }
    std::abort();
}

json encode(const Amounts& amounts) {
    return json::object({{"cpu", amounts.cpu.value_or("")}, {"memory", amounts.memory.value_or("")}});
}

Amounts decode_amounts(const json& value) {
    return {.cpu = value.at("cpu").get<std::string>(), .memory = value.at("memory").get<std::string>()};
}

}  // namespace

std::string describe(const Footprint& footprint) {
    return fmt::format("size {} with {} CPU and {} of memory", name_of(footprint.size),
                       footprint.requests.cpu.value_or(""), footprint.requests.memory.value_or(""));
}

json encode(const Footprint& footprint) {
    return json::object({{"size", name_of(footprint.size)},
                         {"requests", encode(footprint.requests)},
                         {"limits", encode(footprint.limits)}});
}

std::optional<Footprint> decode_footprint(const json& value) {
    try {
        for (const auto& [name, size] : kSizeNames) {
            if (value.at("size") == name) {
                return Footprint{.size = size,
                                 .requests = decode_amounts(value.at("requests")),
                                 .limits = decode_amounts(value.at("limits"))};
            }
        }
    } catch (const json::exception&) {
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace crm
