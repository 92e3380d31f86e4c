// What a database takes of a node: its size, which its settings follow, with requests and limits.
#pragma once

#include "operator/kube/object.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace crm {

enum class Size { small, medium, large };

inline constexpr std::array kSizeNames{std::pair{"small", Size::small}, std::pair{"medium", Size::medium},
                                       std::pair{"large", Size::large}};

/// Quantities in their canonical form; absent ones are those of the size.
struct Amounts {
    std::optional<std::string> cpu = {};
    std::optional<std::string> memory = {};

    bool operator==(const Amounts&) const = default;
};

/// No amount is absent.
struct Footprint {
    Size size = Size::small;
    Amounts requests = {};
    Amounts limits = {};

    bool operator==(const Footprint&) const = default;
};

/// "size small with 50m CPU and 128Mi of memory": what the scheduler looks for.
std::string describe(const Footprint& footprint);

/// As the status and an annotation hold it.
kube::json encode(const Footprint& footprint);
/// Empty for what is none.
std::optional<Footprint> decode_footprint(const kube::json& value);

}  // namespace crm
