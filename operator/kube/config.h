// How to reach the API server and who we are there: from the pod's service account or from a kubeconfig file.
//
// Errors are ErrorKind::invalid and name the file and the field. Nothing secret is in them.
//   https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
//   https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
#pragma once

#include "common/result.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace kube {

/// Something PEM-encoded: a file that may be replaced at any time, or the text itself. Neither: absent.
struct Pem {
    std::filesystem::path file = {};
    std::string text = {};

    bool empty() const { return file.empty() && text.empty(); }
    /// The text, read from the file now. `what` names it in the error.
    Result<std::string> read(const std::string& what) const;
    bool operator==(const Pem&) const = default;
};

struct Config {
    std::string server;                // base URL, "https://10.0.0.1:443"
    std::string tls_server_name = {};  // the name in the server's certificate, when it is not the URL's host
    Pem certificate_authority = {};    // the only ones trusted; the system's are not
    Pem client_certificate = {};
    Pem client_key = {};
    std::string token = {};                 // bearer token
    std::filesystem::path token_file = {};  // wins over token; the file is rewritten by the kubelet
    std::string ns = {};                    // of the service account or the context

    bool operator==(const Config&) const = default;
};

/// The value of an environment variable, nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// Where Kubernetes mounts the service account of a pod.
inline constexpr const char* kServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

Result<Config> in_cluster_config(const Environment& environment,
                                 const std::filesystem::path& service_account = kServiceAccountFolder);

/// The first there is of: the file asked for, KUBECONFIG, the pod's service account, ~/.kube/config.
Result<Config> find_config(const std::optional<std::string>& asked_for, const Environment& environment);

}  // namespace kube
