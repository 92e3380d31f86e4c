#include "common/strict_json.h"

#include "common/decimal.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace common {
namespace {

using nlohmann::json;

std::string position(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, byte > 0 ? byte - 1 : 0);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

/// The number as an integer of 64 bits or a double, whichever is exactly it.
std::optional<json> exact_number(std::string_view literal, double nearest) {
    const Decimal wanted = Decimal::parse(literal);
    if (const auto integer = wanted.to_int64()) return json(*integer);
    if (const auto integer = wanted.to_uint64()) return json(*integer);
    if (Decimal::parse(json(nearest).dump()) == wanted) return json(nearest);
    return std::nullopt;
}

/// Builds the value from the events of the library's parser, which ends as soon as one returns false.
class Builder : public nlohmann::json_sax<json> {
  public:
    Builder(std::string_view text, int deepest) : text_(text), deepest_(deepest) {}

    Result<json> result() {
        if (!refused_.empty()) return fail(ErrorKind::invalid, std::move(refused_));
        return std::move(root_);
    }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override {
        // -0 is 0.
        return value == 0 ? add(std::uint64_t{0}) : add(value);
    }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t nearest, const string_t& literal) override {
        auto number = exact_number(literal, nearest);
        return number ? add(*std::move(number))
                      : refuse("holds a number that cannot be kept exactly; send it as a text");
    }
    bool string(string_t& value) override { return check_text(value) && add(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return refuse("is not JSON"); }

    bool start_object(std::size_t /*size*/) override { return open(json::object()); }
    bool key(string_t& name) override {
        if (!check_text(name)) return false;
        if (open_.back()->contains(name)) return refuse(fmt::format("holds \"{}\" twice", shortened(name)));
        key_ = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return open(json::array()); }
    bool end_array() override { return close(); }

    bool parse_error(std::size_t byte, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        // The one error of another kind is a number that no double is near to.
        return refuse(dynamic_cast<const json::parse_error*>(&error) != nullptr
                          ? "is not valid JSON at " + position(text_, byte)
                          : "holds a number that cannot be kept exactly; send it as a text");
    }

  private:
    static std::string shortened(const std::string& name) {
        constexpr std::size_t kLongest = 64;
        return name.size() <= kLongest ? name : "…";
    }

    bool refuse(std::string reason) {
        if (refused_.empty()) refused_ = std::move(reason);
        return false;
    }
    bool check_text(const std::string& text) {
        return text.find('\0') == std::string::npos || refuse("holds the character U+0000");
    }

    /// Where the next value belongs.
    json& place() {
        if (open_.empty()) return root_;
        json& parent = *open_.back();
        return parent.is_object() ? parent[std::exchange(key_, {})] : parent.emplace_back();
    }
    bool add(json value) {
        place() = std::move(value);
        return true;
    }
    bool open(json empty) {
        if (open_.size() >= static_cast<std::size_t>(deepest_))
            return refuse(fmt::format("is nested deeper than {} levels", deepest_));
        json& value = place();
        value = std::move(empty);
        open_.push_back(&value);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    int deepest_;
    json root_;
    std::vector<json*> open_;  // a value is only added to the last of them, so the others stay where they are
    std::string key_;
    std::string refused_;
};

std::size_t size_of_number(const json& number) {
    return number.is_number_float() ? Decimal::parse(number.dump()).plain_size() : number.dump().size();
}

}  // namespace

Result<json> parse_strict_json(std::string_view text, int deepest) {
    Builder builder(text, deepest);
    json::sax_parse(text, &builder);
    return builder.result();
}

bool is_same_json(const json& a, const json& b) {
    return a.dump() == b.dump();
}

std::size_t size_as_jsonb(const json& value) {
    if (value.is_number()) return size_of_number(value);
    if (!value.is_structured()) return value.dump().size();
    std::size_t size = 2;
    for (const auto& [name, member] : value.items()) {
        if (value.is_object()) size += json(name).dump().size() + 2;
        size += size_as_jsonb(member);
    }
    return value.empty() ? size : size + 2 * (value.size() - 1);
}

}  // namespace common
