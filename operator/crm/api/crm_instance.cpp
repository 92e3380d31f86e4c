#include "operator/crm/api/crm_instance.h"

#include "operator/crm/api/connections.h"
#include "operator/crm/api/fields.h"
#include "operator/crm/api/labels.h"
#include "operator/crm/api/names.h"
#include "operator/crm/api/quantity.h"
#include "operator/crm/api/size.h"
#include "operator/kube/json_fields.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace crm {
namespace {

using kube::json;

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
    Rule pull_secret{"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "must be the name of a Secret"};
    Rule service_account{"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "must be the name of a ServiceAccount"};
    Rule key_domain{"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "must be a key such as example.com/name"};
    Rule label{"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?",
               "must be at most 63 letters, digits, '-', '_' and '.', the first and last a letter or digit"};
    Rule email{R"([^@\s]+@[^@\s]+\.[^@\s.]+)", "must be an address such as admin@acme.example"};
};

const Rules& rules() {
    static const Rules kInstance;
    return kInstance;
}

constexpr std::array kDeletionPolicies{std::pair{"Retain", DeletionPolicy::retain},
                                       std::pair{"Delete", DeletionPolicy::remove}};

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
    result.replicas = spec.number("replicas", 0, kMostReplicas, result.replicas);
}

void read_database(const Fields& spec, Spec& result) {
    result.database_resources =
        resources(spec.object("resources").object("database"), preset_of(result.size).database);
    const Fields storage = spec.object("database").object("storage");
    result.storage_size = canonical(storage.quantity("size", "512Mi")).value_or(result.storage_size);
    result.storage_class = storage.text("className", rules().storage_class);
    result.deletion_policy = spec.one_of("deletionPolicy", kDeletionPolicies, "must be Retain or Delete");
}

constexpr std::size_t kMostSecrets = 16;
constexpr std::size_t kMostPairs = 32;
constexpr std::size_t kLongestDomain = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestAnnotation = 4096;

/// The lengths come first: nothing bounds a key, and matching takes stack for each character.
bool is_label(const std::string& text) {
    return text.size() <= kLongestLabel && rules().label.holds(text);
}

/// What the key of a label or annotation breaks, if anything.
std::string broken_by_key(const std::string& key) {
    const auto slash = key.find('/');
    const std::string domain = key.substr(0, slash == std::string::npos ? 0 : slash);
    const bool valid_domain =
        slash == std::string::npos || (slash <= kLongestDomain && rules().key_domain.holds(domain));
    if (!valid_domain || !is_label(key.substr(slash == std::string::npos ? 0 : slash + 1))) {
        return rules().key_domain.message;
    }
    return is_own_key(key) ? "is the operator's own" : "";
}

void read_pods(const Fields& spec, Spec& result) {
    result.image_pull_secrets = spec.texts("imagePullSecrets", "name", kMostSecrets, rules().pull_secret);
    result.service_account = spec.text("serviceAccountName", rules().service_account);
    const Fields metadata = spec.object("podMetadata");
    result.pod_labels =
        metadata.map("labels", kMostPairs, [](const std::string& key, const std::string& value) {
            const std::string broken = broken_by_key(key);
            return broken.empty() && !value.empty() && !is_label(value) ? rules().label.message : broken;
        });
    result.pod_annotations =
        metadata.map("annotations", kMostPairs, [](const std::string& key, const std::string& value) {
            const std::string broken = broken_by_key(key);
            return broken.empty() && value.size() > kLongestAnnotation
                       ? fmt::format("must be at most {} bytes", kLongestAnnotation)
                       : broken;
        });
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
    return {.key = kube::key_of(object),
            .uid = kube::uid_of(object),
            .generation = kube::number_at(object, "/metadata/generation"),
            .deleting = !kube::value_at(object, "/metadata/deletionTimestamp").is_null()};
}

Result<Spec> decode_spec(const json& object) {
    Errors errors;
    Spec result;
    check_name(kube::key_of(object).name, errors);
    const auto spec = object.find("spec");
    const Fields fields(spec == object.end() ? nullptr : &*spec, "spec", errors);
    read_server(fields, result);
    read_database(fields, result);
    read_pods(fields, result);
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
        if (const json& value = kube::value_at(object, field); !value.is_null()) {
            result[json::json_pointer(field)] = value;
        }
    }
    return result;
}

}  // namespace crm
