#include "operator/kube/request.h"

namespace kube {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/// Builds a path and its query.
class Target {
  public:
    /// The objects of a kind in a namespace, or in all of them.
    Target(const Kind& kind, std::string_view ns) {
        segment(kind.group.empty() ? "api" : "apis");
        if (!kind.group.empty()) {
            segment(kind.group);
        }
        segment(kind.version);
        if (!ns.empty()) {
            segment("namespaces").segment(ns);
        }
        segment(kind.plural);
    }

    Target& segment(std::string_view text) {
        text_.append("/").append(percent_encoded(text));
        return *this;
    }

    /// Absent when empty.
    Target& parameter(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            text_.append(separator_).append(name).append("=").append(percent_encoded(value));
            separator_ = "&";
        }
        return *this;
    }

    std::string text() && { return std::move(text_); }

  private:
    std::string text_;
    std::string_view separator_ = "?";
};

Target selected(const Kind& kind, const Selection& selection) {
    std::string fields = selection.field_selector;
    if (!selection.name.empty()) {
        fields += (fields.empty() ? "metadata.name=" : ",metadata.name=") + selection.name;
    }
    return std::move(Target(kind, selection.ns)
                         .parameter("fieldSelector", fields)
                         .parameter("labelSelector", selection.label_selector));
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c)) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += {'%', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
    }
    return result;
}

Request list_request(const Kind& kind, const Selection& selection, int limit,
                     std::string_view continue_token) {
    auto target = selected(kind, selection);
    target.parameter("limit", std::to_string(limit)).parameter("continue", continue_token);
    return {.method = "GET", .target = std::move(target).text()};
}

Request watch_request(const Kind& kind, const Selection& selection, std::string_view resource_version) {
    auto target = selected(kind, selection);
    target.parameter("watch", "1")
        .parameter("resourceVersion", resource_version)
        .parameter("allowWatchBookmarks", "true")
        .parameter("timeoutSeconds", std::to_string(kWatchSeconds));
    return {.method = "GET", .target = std::move(target).text()};
}

Request create_request(const Kind& kind, const json& object, const CreateOptions& options) {
    auto target = Target(kind, key_of(object).ns);
    target.parameter("fieldManager", kCreateFieldManager);
    if (options.dry_run) {
        target.parameter("dryRun", "All");
    }
    return {.method = "POST",
            .target = std::move(target).text(),
            .content_type = "application/json",
            .body = object.dump(),
            .idempotent = options.dry_run};
}

Request apply_request(const Kind& kind, const json& object, const ApplyOptions& options) {
    const ObjectKey key = key_of(object);
    auto target = Target(kind, key.ns);
    target.segment(key.name);
    if (options.subresource == Subresource::status) {
        target.segment("status");
    }
    target.parameter("fieldManager", options.manager).parameter("force", options.force ? "true" : "false");
    return {.method = "PATCH",
            .target = std::move(target).text(),
            // JSON is YAML, and an apply has no JSON content type of its own.
            .content_type = "application/apply-patch+yaml",
            .body = object.dump()};
}

Request patch_request(const Kind& kind, const ObjectKey& key, json changes, const PatchOptions& options) {
    auto target = Target(kind, key.ns);
    target.segment(key.name).parameter("fieldManager", kFieldManager);
    if (!options.uid.empty()) {
        changes["metadata"]["uid"] = options.uid;
    }
    if (!options.resource_version.empty()) {
        changes["metadata"]["resourceVersion"] = options.resource_version;
    }
    return {.method = "PATCH",
            .target = std::move(target).text(),
            .content_type = "application/merge-patch+json",
            .body = changes.dump()};
}

Request delete_request(const Kind& kind, const ObjectKey& key, const DeleteOptions& options) {
    auto target = Target(kind, key.ns);
    target.segment(key.name);
    const char* const policy = options.dependents == Dependents::orphan ? "Orphan" : "Background";
    json body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", policy}};
    if (!options.uid.empty()) {
        body["preconditions"] = json::object({{"uid", options.uid}});
    }
    return {.method = "DELETE",
            .target = std::move(target).text(),
            .content_type = "application/json",
            .body = body.dump()};
}

}  // namespace kube
