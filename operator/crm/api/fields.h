// Reads the fields of a spec one by one, and keeps a list of what is wrong with them.
#pragma once

#include "operator/crm/api/quantity.h"
#include "operator/kube/object.h"

#include <cstddef>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace crm {

using Errors = std::vector<std::string>;

/// What a text must look like. Compiling a pattern costs more than a whole reconcile: each is made once.
struct Rule {
    std::regex pattern;
    const char* message;

    Rule(const char* regex, const char* text)
        : pattern(regex, std::regex::ECMAScript | std::regex::optimize), message(text) {}

    bool holds(const std::string& text) const { return std::regex_match(text, pattern); }
};

/// One object of the spec, and the path that leads to it. Everything that breaks a rule is added to errors.
class Fields {
  public:
    Fields(const kube::json* object, std::string path, Errors& errors)
        : object_(object), path_(std::move(path)), errors_(errors) {
        if (object_ != nullptr && !object_->is_object()) {
            errors_.push_back(path_ + ": must be an object");
            object_ = nullptr;
        }
    }

    Fields object(const char* name) const { return {find(name), path_of(name), errors_}; }

    std::optional<std::string> text(const char* name, const Rule& rule) const {
        const kube::json* value = find(name);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (!value->is_string() || !rule.holds(value->get_ref<const std::string&>())) {
            add_error(name, rule.message);
            return std::nullopt;
        }
        return value->get<std::string>();
    }

    bool has(const char* name) const { return find(name) != nullptr; }

    /// The text of `key` of each item of a list.
    std::vector<std::string> texts(const char* name, const char* key, std::size_t most,
                                   const Rule& rule) const {
        std::vector<std::string> result;
        const kube::json* list = find(name);
        if (list == nullptr) {
            return result;
        }
        if (!list->is_array() || list->size() > most) {
            add_error(name, fmt::format("must be a list of at most {}", most));
            return result;
        }
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Fields item(&(*list)[i], fmt::format("{}[{}]", path_of(name), i), errors_);
            if (!item.has(key)) {
                item.add_error(key, "is required");
            } else if (auto text = item.text(key, rule)) {
                result.push_back(*std::move(text));
            }
        }
        return result;
    }

    /// A map of texts. `check` gives the rule that a pair breaks, or nothing.
    template <class Check>
    std::map<std::string, std::string> map(const char* name, std::size_t most, const Check& check) const {
        std::map<std::string, std::string> result;
        const kube::json* value = find(name);
        if (value == nullptr) {
            return result;
        }
        if (!value->is_object() || value->size() > most) {
            add_error(name, fmt::format("must be a map of at most {}", most));
            return result;
        }
        for (const auto& [key, text] : value->items()) {
            const std::string broken = text.is_string()
                                           ? check(key, text.template get_ref<const std::string&>())
                                           : "must be a string";
            if (!broken.empty()) {
                errors_.push_back(fmt::format("{}[{}]: {}", path_of(name), key, broken));
            }
            result.emplace(key, text.is_string() ? text.template get<std::string>() : std::string());
        }
        return result;
    }

    template <class Table>
    auto one_of(const char* name, const Table& table, const char* rule) const {
        const kube::json* value = find(name);
        for (const auto& [text, result] : table) {
            if (value != nullptr && *value == text) {
                return result;
            }
        }
        if (value != nullptr) {
            add_error(name, rule);
        }
        return table.front().second;
    }

    int number(const char* name, int smallest, int largest, int absent) const {
        const kube::json* value = find(name);
        if (value == nullptr) {
            return absent;
        }
        if (!value->is_number_integer() || *value < smallest || *value > largest) {
            add_error(name, fmt::format("must be an integer from {} to {}", smallest, largest));
            return absent;
        }
        return value->get<int>();
    }

    /// Written as a string or as an integer.
    std::optional<Quantity> quantity(const char* name, const char* smallest) const {
        const kube::json* value = find(name);
        if (value == nullptr) {
            return std::nullopt;
        }
        std::optional<Quantity> result;
        if (value->is_string() || value->is_number_integer()) {
            result = Quantity::parse(value->is_string() ? value->get<std::string>() : value->dump());
        }
        if (!result || *result < *Quantity::parse(smallest)) {
            add_error(name, fmt::format("must be a quantity of at least {}", smallest));
            return std::nullopt;
        }
        return result;
    }

    void add_error(const char* name, std::string_view rule) const {
        errors_.push_back(fmt::format("{}: {}", path_of(name), rule));
    }

  private:
    const kube::json* find(const char* name) const {
        if (object_ == nullptr) {
            return nullptr;
        }
        const auto value = object_->find(name);
        return value != object_->end() && !value->is_null() ? &*value : nullptr;
    }

    std::string path_of(const char* name) const { return path_ + "." + name; }

    const kube::json* object_;
    std::string path_;
    Errors& errors_;
};

}  // namespace crm
