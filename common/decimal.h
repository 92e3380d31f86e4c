// A decimal number, exactly: for telling whether a number survives what keeps it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace common {

/// Equal numbers are equal values, however they were written: 10, 10.0 and 1e1.
class Decimal {
  public:
    /// Of a number in the syntax of JSON (RFC 8259), which the text must have.
    static Decimal parse(std::string_view number);

    /// Empty when it is none, or does not fit.
    std::optional<std::int64_t> to_int64() const;
    std::optional<std::uint64_t> to_uint64() const;

    /// How many characters it has without an exponent, as PostgreSQL prints a numeric.
    std::size_t plain_size() const;

    bool operator==(const Decimal&) const = default;

  private:
    std::string integer() const;

    bool negative_ = false;
    std::string digits_;         // neither begins nor ends with 0; empty: zero
    std::int64_t exponent_ = 0;  // the number is digits_ * 10^exponent_
};

}  // namespace common
