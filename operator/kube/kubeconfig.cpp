#include "operator/kube/kubeconfig.h"

#include <sstream>
#include <vector>

#include <boost/beast/core/detail/base64.hpp>
#include <yaml-cpp/yaml.h>

namespace kube {
namespace {

namespace fs = std::filesystem;

/// A node of a file, with where it is for messages and relative paths.
struct Place {
    YAML::Node node;
    fs::path file;
    std::string path;

    std::string name(const std::string& field) const { return file.string() + ": " + path + "." + field; }
};

// yaml-cpp throws on wrong types; everything here runs under the one catch of kubeconfig().
bool has(const Place& place, const std::string& field) {
    return place.node.IsMap() && place.node[field].IsDefined() && !place.node[field].IsNull();
}

std::string text(const Place& place, const std::string& field) {
    return has(place, field) ? place.node[field].as<std::string>() : std::string{};
}

fs::path path(const Place& place, const std::string& field) {
    const fs::path value = text(place, field);
    return value.empty() || value.is_absolute() ? value : place.file.parent_path() / value;
}

std::vector<Place> load(const std::string& files) {
    std::vector<Place> documents;
    std::istringstream list(files);
    for (std::string file; std::getline(list, file, ':');) {
        if (!file.empty() && fs::exists(file)) {
            documents.push_back({YAML::LoadFile(file), file, ""});
        }
    }
    return documents;
}

/// The entry of that name in a list such as clusters: [{name: ..., cluster: {...}}].
Result<Place> find(const std::vector<Place>& documents, const std::string& list, const std::string& kind,
                   const std::string& name) {
    for (const Place& document : documents) {
        if (!has(document, list)) {
            continue;
        }
        for (const YAML::Node& entry : document.node[list]) {
            if (entry["name"].as<std::string>("") == name && entry[kind].IsDefined()) {
                return Place{entry[kind], document.file, list + "[" + name + "]." + kind};
            }
        }
    }
    return fail(ErrorKind::invalid,
                documents.front().file.string() + ": there is no entry named '" + name + "' in " + list);
}

Result<std::string> decode_base64(const Place& place, const std::string& field) {
    namespace base64 = boost::beast::detail::base64;
    std::string encoded;
    for (const char c : text(place, field)) {
        if (c != '\n' && c != '\r' && c != ' ') {
            encoded += c;
        }
    }
    std::string decoded(base64::decoded_size(encoded.size()), '\0');
    const auto [written, read] = base64::decode(decoded.data(), encoded.data(), encoded.size());
    decoded.resize(written);
    const std::string_view rest = std::string_view(encoded).substr(read);
    if (decoded.empty() || rest.find_first_not_of('=') != std::string_view::npos) {
        return fail(ErrorKind::invalid, place.name(field) + " is not base64");
    }
    return decoded;
}

/// FIELD-data holds the text in base64 and wins over FIELD, which names a file.
Result<Pem> pem(const Place& place, const std::string& field) {
    if (!has(place, field + "-data")) {
        return Pem{.file = path(place, field)};
    }
    auto decoded = decode_base64(place, field + "-data");
    if (!decoded) {
        return tl::unexpected(decoded.error());
    }
    return Pem{.text = *std::move(decoded)};
}

Result<void> read_cluster(const Place& cluster, Config& config) {
    config.server = text(cluster, "server");
    if (!config.server.starts_with("https://") && !config.server.starts_with("http://")) {
        return fail(ErrorKind::invalid, cluster.name("server") + " is no http or https URL");
    }
    if (has(cluster, "insecure-skip-tls-verify") && cluster.node["insecure-skip-tls-verify"].as<bool>()) {
        return fail(ErrorKind::invalid,
                    cluster.name("insecure-skip-tls-verify") +
                        " is not supported: give the cluster's certificate-authority instead");
    }
    config.tls_server_name = text(cluster, "tls-server-name");
    auto authority = pem(cluster, "certificate-authority");
    if (!authority) {
        return tl::unexpected(authority.error());
    }
    config.certificate_authority = *std::move(authority);
    if (config.server.starts_with("https://") && config.certificate_authority.empty()) {
        return fail(ErrorKind::invalid,
                    cluster.name("certificate-authority") +
                        " is missing: the system's certificate authorities are not trusted");
    }
    return {};
}

Result<void> read_user(const Place& user, Config& config) {
    for (const char* field : {"exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups"}) {
        if (has(user, field)) {
            return fail(ErrorKind::invalid,
                        user.name(field) + " is not supported: use a client certificate, token or tokenFile");
        }
    }
    auto certificate = pem(user, "client-certificate");
    auto key = pem(user, "client-key");
    if (!certificate || !key) {
        return tl::unexpected(certificate ? key.error() : certificate.error());
    }
    if (certificate->empty() != key->empty()) {
        return fail(ErrorKind::invalid, user.name(key->empty() ? "client-key" : "client-certificate") +
                                            " is missing: certificate and key come together");
    }
    config.client_certificate = *std::move(certificate);
    config.client_key = *std::move(key);
    config.token = text(user, "token");
    config.token_file = path(user, "tokenFile");
    return {};
}

Result<Config> read(const std::vector<Place>& documents) {
    std::string current;
    for (const Place& document : documents) {
        current = current.empty() ? text(document, "current-context") : current;
    }
    if (current.empty()) {
        return fail(ErrorKind::invalid, documents.front().file.string() + ": current-context is not set");
    }
    const auto context = find(documents, "contexts", "context", current);
    if (!context) {
        return tl::unexpected(context.error());
    }
    const auto cluster = find(documents, "clusters", "cluster", text(*context, "cluster"));
    if (!cluster) {
        return tl::unexpected(cluster.error());
    }
    Config config{.server = {}};
    config.ns = text(*context, "namespace");
    if (auto done = read_cluster(*cluster, config); !done) {
        return tl::unexpected(done.error());
    }
    if (!has(*context, "user")) {
        return config;
    }
    const auto user = find(documents, "users", "user", text(*context, "user"));
    if (!user) {
        return tl::unexpected(user.error());
    }
    if (auto done = read_user(*user, config); !done) {
        return tl::unexpected(done.error());
    }
    return config;
}

}  // namespace

Result<Config> kubeconfig(const std::string& files) {
    try {
        const std::vector<Place> documents = load(files);
        if (documents.empty()) {
            return fail(ErrorKind::invalid, "there is no kubeconfig file at " + files);
        }
        return read(documents);
    } catch (const YAML::Exception& error) {
        // The message of the exception itself may quote the text, which holds secrets.
        return fail(ErrorKind::invalid, files + ": line " + std::to_string(error.mark.line + 1) +
                                            " is not what a kubeconfig has there");
    }
}

}  // namespace kube
