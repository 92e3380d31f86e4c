#include "operator/crm/api/crm_instance.h"

#include "operator/crm/api/names.h"
#include "operator/crm/api/quantity.h"
#include "operator/crm/api/size.h"

#include <algorithm>
#include <array>
#include <functional>
#include <regex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace crm {
namespace {

using kube::json;
using Errors = std::vector<std::string>;

/// What a text must look like. Compiling a pattern costs more than a whole reconcile: each is made once.
struct Rule {
    std::regex pattern;
    const char* message;

    Rule(const char* regex, const char* text)
        : pattern(regex, std::regex::ECMAScript | std::regex::optimize), message(text) {}

    bool holds(const std::string& text) const { return std::regex_match(text, pattern); }
};

struct Rules {
    Rule name{
        "[a-z]([-a-z0-9]*[a-z0-9])?",
        "must consist of lower case letters, digits and '-', start with a letter and end with a letter or "
        "digit"};
    Rule version{R"((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?)",
                 "must be a semantic version such as 1.2.3"};
    Rule image{"[a-zA-Z0-9][a-zA-Z0-9._/:@-]*",
               "must be an image reference such as images.example/crm-server:1.2.3"};
    Rule storage_class{"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "must be the name of a StorageClass"};
    Rule email{R"([^@\s]+@[^@\s]+\.[^@\s.]+)", "must be an address such as admin@acme.example"};
};

const Rules& rules() {
    static const Rules kInstance;
    return kInstance;
}

constexpr std::array kDeletionPolicies{std::pair{"Retain", DeletionPolicy::retain},
                                       std::pair{"Delete", DeletionPolicy::remove}};

/// One object of the spec, and the path that leads to it. Everything that breaks a rule is added to errors.
class Fields {
  public:
    Fields(const json* object, std::string path, Errors& errors)
        : object_(object), path_(std::move(path)), errors_(errors) {
        if (object_ != nullptr && !object_->is_object()) {
            errors_.push_back(path_ + ": must be an object");
            object_ = nullptr;
        }
    }

    Fields object(const char* name) const { return {find(name), path_of(name), errors_}; }

    std::optional<std::string> text(const char* name, const Rule& rule) const {
        const json* value = find(name);
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

    template <class Table>
    auto one_of(const char* name, const Table& table, const char* rule) const {
        const json* value = find(name);
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
        const json* value = find(name);
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
        const json* value = find(name);
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
    const json* find(const char* name) const {
        if (object_ == nullptr) {
            return nullptr;
        }
        const auto value = object_->find(name);
        return value != object_->end() && !value->is_null() ? &*value : nullptr;
    }

    std::string path_of(const char* name) const { return path_ + "." + name; }

    const json* object_;
    std::string path_;
    Errors& errors_;
};

std::optional<std::string> canonical(const std::optional<Quantity>& quantity) {
    return quantity ? std::optional(quantity->canonical()) : std::nullopt;
}

/// A request must not be greater than its limit. Where only one of the two is given, the other, which is the
/// one of the size, makes way.
void fit(const Fields& requests, const char* name, std::optional<Quantity>& request,
         std::string_view request_of_size, std::optional<Quantity>& limit, std::string_view limit_of_size) {
    if (request && limit && *limit < *request) {
        requests.add_error(name, fmt::format("{} is greater than limits.{}, which is {}",
                                             request->canonical(), name, limit->canonical()));
    }
    if (limit && !request && *limit < *Quantity::parse(request_of_size)) {
        request = limit;
    }
    if (request && !limit && *Quantity::parse(limit_of_size) < *request) {
        limit = request;
    }
}

Resources resources(const Fields& fields, const Preset& preset) {
    const Fields requests = fields.object("requests");
    const Fields limits = fields.object("limits");
    auto cpu_request = requests.quantity("cpu", "1n");
    auto cpu_limit = limits.quantity("cpu", "1n");
    auto memory_request = requests.quantity("memory", "16Mi");
    auto memory_limit = limits.quantity("memory", "16Mi");
    fit(requests, "cpu", cpu_request, preset.cpu_request, cpu_limit, preset.cpu_limit);
    fit(requests, "memory", memory_request, preset.memory_request, memory_limit, preset.memory_limit);
    return {.requests = {canonical(cpu_request), canonical(memory_request)},
            .limits = {canonical(cpu_limit), canonical(memory_limit)}};
}

void check_name(const std::string& name, Errors& errors) {
    if (name.size() > kMaximumNameLength) {
        errors.push_back(fmt::format("metadata.name: must be at most {} characters", kMaximumNameLength));
    }
    if (!rules().name.holds(name)) {
        errors.push_back(fmt::format("metadata.name: {}", rules().name.message));
    }
}

void read_server(const Fields& spec, Spec& result) {
    result.version = spec.text("version", rules().version);
    result.image = spec.text("image", rules().image);
    if (result.version && result.image) {
        spec.add_error("image", "must not be set together with version");
    }
    result.size = spec.one_of("size", kSizeNames, "must be small, medium or large");
    result.server_resources =
        resources(spec.object("resources").object("server"), preset_of(result.size).server);
    result.replicas = spec.number("replicas", 0, 50, result.replicas);
}

void read_database(const Fields& spec, Spec& result) {
    result.database_resources =
        resources(spec.object("resources").object("database"), preset_of(result.size).database);
    const Fields storage = spec.object("database").object("storage");
    result.storage_size = canonical(storage.quantity("size", "512Mi")).value_or(result.storage_size);
    result.storage_class = storage.text("className", rules().storage_class);
    result.deletion_policy = spec.one_of("deletionPolicy", kDeletionPolicies, "must be Retain or Delete");
}

void read_admin(const Fields& spec, Spec& result) {
    const Fields admin = spec.object("admin");
    if (!admin.has("email")) {
        admin.add_error("email", "is required");
    }
    result.admin_email = admin.text("email", rules().email).value_or("");
}

}  // namespace

Identity decode_identity(const json& object) {
    Identity identity{.key = kube::key_of(object), .uid = kube::uid_of(object)};
    if (const auto metadata = object.find("metadata"); metadata != object.end() && metadata->is_object()) {
        identity.deleting = metadata->contains("deletionTimestamp");
        if (const auto generation = metadata->find("generation");
            generation != metadata->end() && generation->is_number_integer()) {
            identity.generation = generation->get<std::int64_t>();
        }
    }
    return identity;
}

Result<Spec> decode_spec(const json& object) {
    Errors errors;
    Spec result;
    check_name(kube::key_of(object).name, errors);
    const auto spec = object.find("spec");
    const Fields fields(spec == object.end() ? nullptr : &*spec, "spec", errors);
    read_server(fields, result);
    read_database(fields, result);
    read_admin(fields, result);
    if (!errors.empty()) {
        return fail(ErrorKind::invalid, fmt::format("{}", fmt::join(errors, "; ")));
    }
    return result;
}

json projection(const json& object) {
    json result = json::object();
    for (const char* field : {"/metadata/name", "/metadata/namespace", "/metadata/uid",
                              "/metadata/generation", "/metadata/deletionTimestamp", "/spec", "/status"}) {
        if (const json::json_pointer at(field); object.contains(at)) {
            result[at] = object[at];
        }
    }
    return result;
}

}  // namespace crm
