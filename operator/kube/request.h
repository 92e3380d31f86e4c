// The HTTP requests that the Kubernetes API expects, as values. Pure: nothing is sent here.
//
// Paths and parameters: https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include "operator/kube/client.h"
#include "operator/kube/object.h"

#include <string>
#include <string_view>

namespace kube {

struct Request {
    std::string method;
    /// Path and query, percent-encoded.
    std::string target;
    std::string content_type = {};
    std::string body = {};
    /// Sending it twice has the effect of sending it once, so it may be sent again when the connection broke.
    bool idempotent = true;

    bool operator==(const Request&) const = default;
};

/// How long the server lets a watch run before it ends it.
inline constexpr int kWatchSeconds = 290;

Request list_request(const Kind& kind, const Selection& selection, int limit,
                     std::string_view continue_token);
Request watch_request(const Kind& kind, const Selection& selection, std::string_view resource_version);

/// The object has metadata.namespace and metadata.name.
Request create_request(const Kind& kind, const json& object, const CreateOptions& options);
Request apply_request(const Kind& kind, const json& object, const ApplyOptions& options);

/// The preconditions go into the changes.
Request patch_request(const Kind& kind, const ObjectKey& key, json changes, const PatchOptions& options);

Request delete_request(const Kind& kind, const ObjectKey& key, const DeleteOptions& options);

/// Percent-encodes all but RFC 3986's unreserved characters.
std::string percent_encoded(std::string_view text);

}  // namespace kube
