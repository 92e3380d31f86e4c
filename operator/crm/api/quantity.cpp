#include "operator/crm/api/quantity.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace crm {
namespace {

__extension__ using Int = __int128;

constexpr Int kOne = 1'000'000'000;  // in nanos
constexpr Int kLargest = kOne * INT64_MAX;

struct Suffix {
    std::string_view text;
    int exponent;  // of 1000, or of 1024
};
constexpr std::array kDecimal{Suffix{"n", -3}, Suffix{"u", -2}, Suffix{"m", -1}, Suffix{"", 0},
                              Suffix{"k", 1},  Suffix{"M", 2},  Suffix{"G", 3},  Suffix{"T", 4},
                              Suffix{"P", 5},  Suffix{"E", 6}};
constexpr std::array kBinary{Suffix{"", 0},   Suffix{"Ki", 1}, Suffix{"Mi", 2}, Suffix{"Gi", 3},
                             Suffix{"Ti", 4}, Suffix{"Pi", 5}, Suffix{"Ei", 6}};

Int power(Int base, int exponent) {
    Int result = 1;
    for (; exponent > 0; --exponent) {
        result *= base;
    }
    return result;
}

/// 10^exponent, in nanos.
std::optional<Int> unit_of_ten(int exponent) {
    if (exponent < -9 || exponent > 18) {
        return std::nullopt;
    }
    return power(10, 9 + exponent);
}

std::optional<Int> unit_of_exponent(std::string_view text) {
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) {
        return std::nullopt;
    }
    text.remove_prefix(text[1] == '+' ? 2 : 1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return unit_of_ten(exponent);
}

template <std::size_t N>
const Suffix* find(const std::array<Suffix, N>& suffixes, std::string_view text) {
    for (const Suffix& suffix : suffixes) {
        if (suffix.text == text) {
            return &suffix;
        }
    }
    return nullptr;
}

std::string digits(Int value) {
    std::string result;
    do {
        result.insert(result.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    return result;
}

/// The value with the largest suffix that needs no fraction.
template <std::size_t N>
std::string with_suffix(Int value, Int base, const std::array<Suffix, N>& suffixes, int lowest) {
    int exponent = lowest;
    while (exponent < suffixes.back().exponent && value % base == 0) {
        value /= base;
        ++exponent;
    }
    for (const Suffix& suffix : suffixes) {
        if (suffix.exponent == exponent) {
            return digits(value).append(suffix.text);
        }
    }
    return digits(value);
}

std::string with_exponent(Int nanos) {
    int exponent = -9;
    while (nanos % 1000 == 0) {
        nanos /= 1000;
        exponent += 3;
    }
    return exponent == 0 ? digits(nanos) : digits(nanos) + "e" + std::to_string(exponent);
}

/// A decimal number: whole + part / scale. At most 18 digits before and 9 after the point, so that no
/// product below overflows.
struct Number {
    Int whole = 0;
    Int part = 0;
    Int scale = 1;
    std::size_t length = 0;  // of its text
};

std::optional<Number> leading_number(std::string_view text) {
    const auto digits_from = [text](std::size_t from) {
        const std::size_t end = text.find_first_not_of("0123456789", from);
        return text.substr(from, end == std::string_view::npos ? end : end - from);
    };
    const std::string_view whole = digits_from(0);
    const bool point = text.substr(whole.size()).starts_with('.');
    const std::string_view part = point ? digits_from(whole.size() + 1) : std::string_view{};
    if (whole.size() > 18 || part.size() > 9 || whole.size() + part.size() == 0) {
        return std::nullopt;
    }
    Number result;
    for (const char digit : whole) {
        result.whole = result.whole * 10 + (digit - '0');
    }
    for (const char digit : part) {
        result.part = result.part * 10 + (digit - '0');
    }
    result.scale = power(10, static_cast<int>(part.size()));
    result.length = whole.size() + part.size() + (point ? 1 : 0);
    return result;
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    const std::optional<Number> number = leading_number(text);
    if (!number) {
        return std::nullopt;
    }
    Quantity result;
    std::optional<Int> unit;
    const std::string_view suffix = text.substr(number->length);
    if (const Suffix* decimal = find(kDecimal, suffix)) {
        unit = unit_of_ten(decimal->exponent * 3);
    } else if (const Suffix* binary = find(kBinary, suffix)) {
        unit = kOne * power(1024, binary->exponent);
        result.format_ = Format::binary;
    } else {
        unit = unit_of_exponent(suffix);
        result.format_ = Format::exponent;
    }
    if (!unit || number->whole > kLargest / *unit) {
        return std::nullopt;
    }
    // A fraction of a nano is rounded up, as Kubernetes does.
    result.nanos_ = number->whole * *unit + (number->part * *unit + number->scale - 1) / number->scale;
    return result;
}

Quantity Quantity::operator+(const Quantity& other) const {
    Quantity result = *this;
    result.nanos_ += other.nanos_;
    return result;
}

std::string Quantity::canonical() const {
    if (nanos_ == 0) {
        return "0";
    }
    if (format_ == Format::exponent) {
        return with_exponent(nanos_);
    }
    if (format_ == Format::binary && nanos_ >= 1024 * kOne && nanos_ % kOne == 0) {
        return with_suffix(nanos_ / kOne, 1024, kBinary, 0);
    }
    return with_suffix(nanos_, 1000, kDecimal, -3);
}

}  // namespace crm
