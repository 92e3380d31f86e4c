#include "operator/kube/config.h"

#include "operator/kube/kubeconfig.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kube {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& file, const std::string& what) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf())) {
        return fail(ErrorKind::invalid, "cannot read the " + what + " from " + file.string());
    }
    return std::move(text).str();
}

}  // namespace

Result<std::string> Pem::read(const std::string& what) const {
    return file.empty() ? Result<std::string>(text) : read_file(file, what);
}

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    };
}

Result<Config> in_cluster_config(const Environment& environment, const fs::path& service_account) {
    const std::string host = environment("KUBERNETES_SERVICE_HOST").value_or("");
    const std::string port = environment("KUBERNETES_SERVICE_PORT").value_or("");
    if (host.empty() || port.empty()) {
        return fail(ErrorKind::invalid,
                    "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
    }
    const bool is_ipv6 = host.find(':') != std::string::npos;
    Config config{.server = "https://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + port};
    config.token_file = service_account / "token";
    config.certificate_authority.file = service_account / "ca.crt";
    for (const auto& [file, what] :
         {std::pair{config.token_file, "service account's token"},
          {config.certificate_authority.file, "cluster's certificate authority"}}) {
        if (const auto text = read_file(file, what); !text) {
            return tl::unexpected(text.error());
        }
    }
    config.ns = read_file(service_account / "namespace", "pod's namespace").value_or("");
    return config;
}

Result<Config> find_config(const std::optional<std::string>& asked_for, const Environment& environment) {
    if (asked_for) {
        return kubeconfig(*asked_for);
    }
    if (const auto files = environment("KUBECONFIG"); files && !files->empty()) {
        return kubeconfig(*files);
    }
    if (environment("KUBERNETES_SERVICE_HOST")) {
        return in_cluster_config(environment);
    }
    if (const auto home = environment("HOME")) {
        if (const fs::path file = fs::path(*home) / ".kube" / "config"; fs::exists(file)) {
            return kubeconfig(file.string());
        }
    }
    return fail(ErrorKind::invalid,
                "no Kubernetes cluster is known: not running in one, KUBECONFIG is not set, and there is no "
                "~/.kube/config");
}

}  // namespace kube
