// Quantities of Kubernetes: "250m", "1.5Gi", "1e3".
// Format: k8s.io/apimachinery/pkg/api/resource, Quantity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crm {

/// An amount that can be compared and written the way the API server writes it back ("1024Mi" is "1Gi",
/// "0.5" is "500m"), so that what was applied and what is stored are the same text.
class Quantity {
  public:
    /// Nothing when the text is not a quantity, is negative, or is larger than 2^63.
    static std::optional<Quantity> parse(std::string_view text);

    std::string canonical() const;

    Quantity operator+(const Quantity& other) const;
    bool operator<(const Quantity& other) const { return nanos_ < other.nanos_; }
    bool operator==(const Quantity& other) const { return nanos_ == other.nanos_; }

  private:
    __extension__ using Nanos = __int128;
    enum class Format { decimal, binary, exponent };

    Nanos nanos_ = 0;
    Format format_ = Format::decimal;
};

}  // namespace crm
