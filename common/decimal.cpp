#include "common/decimal.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace common {
namespace {

/// Far beyond every number that is kept, and far from the ends of its type.
constexpr std::int64_t kGreatestExponent = 1'000'000'000'000;

std::int64_t parse_exponent(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error == std::errc::result_out_of_range) exponent = std::numeric_limits<std::int64_t>::max();
    if (error == std::errc::result_out_of_range && text.starts_with('-')) exponent = -exponent;
    return std::clamp(exponent, -kGreatestExponent, kGreatestExponent);
}

template <class T>
std::optional<T> parse_integer(const std::string& text) {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

Decimal Decimal::parse(std::string_view number) {
    Decimal result;
    if (number.starts_with('-')) {
        result.negative_ = true;
        number.remove_prefix(1);
    }
    const std::size_t e = number.find_first_of("eE");
    const std::string_view mantissa = number.substr(0, e);
    const std::size_t point = mantissa.find('.');
    result.digits_ = mantissa.substr(0, point);
    if (e != std::string_view::npos) result.exponent_ = parse_exponent(number.substr(e + 1));
    if (point != std::string_view::npos) {
        const std::string_view fraction = mantissa.substr(point + 1);
        result.digits_ += fraction;
        result.exponent_ -= static_cast<std::int64_t>(fraction.size());
    }
    const std::size_t last = result.digits_.find_last_not_of('0');
    if (last == std::string::npos) return {};
    result.exponent_ += static_cast<std::int64_t>(result.digits_.size() - last - 1);
    result.digits_.erase(last + 1);
    result.digits_.erase(0, result.digits_.find_first_not_of('0'));
    return result;
}

std::optional<std::int64_t> Decimal::to_int64() const {
    return parse_integer<std::int64_t>(integer());
}

std::optional<std::uint64_t> Decimal::to_uint64() const {
    return parse_integer<std::uint64_t>(integer());
}

std::size_t Decimal::plain_size() const {
    if (digits_.empty()) return 1;
    const std::size_t sign = negative_ ? 1 : 0;
    if (exponent_ >= 0) return sign + digits_.size() + static_cast<std::size_t>(exponent_);
    const auto places = static_cast<std::size_t>(-exponent_);
    return sign + std::max(digits_.size() + 1, places + 2);
}

/// Empty when it is none, or longer than any of 64 bits.
std::string Decimal::integer() const {
    constexpr std::int64_t kMostZeros = std::numeric_limits<std::uint64_t>::digits10;
    if (digits_.empty()) return "0";
    if (exponent_ < 0 || exponent_ > kMostZeros) return {};
    return (negative_ ? "-" : "") + digits_ + std::string(static_cast<std::size_t>(exponent_), '0');
}

}  // namespace common
