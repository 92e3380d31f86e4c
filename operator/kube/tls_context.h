// The TLS side of talking to the API server: whom to trust and what to show. Wraps OpenSSL.
#pragma once

#include "common/result.h"
#include "operator/kube/config.h"

#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace kube {

/// One SSL_CTX shared by all connections, made anew when the files it came from have changed, so that rotated
/// certificates are used by the next connection. TLS 1.2 or later; trusts the configured authorities alone
/// and checks the server's name or address against its certificate's subject alternative names. Any thread.
///
/// OpenSSL calls back into it during handshakes: keep it for as long as connections are being made.
class TlsContext {
  public:
    /// Fails when the certificates cannot be read or do not fit together.
    static Result<std::shared_ptr<TlsContext>> create(const Config& config);

    /// Makes `target` another reference to the shared context.
    void install(boost::asio::ssl::context& target);

    /// Why the last handshake did not trust the server; empty when none failed so. Taking it clears it.
    std::string take_failure();

  private:
    struct Material {
        std::string authority;
        std::string certificate;
        std::string key;
        bool operator==(const Material&) const = default;
    };

    explicit TlsContext(const Config& config) : config_(config) {}
    Result<Material> read() const;
    Result<void> refresh();
    void build(const Material& material);
    static int verify(X509_STORE_CTX* store, void* self);

    const Config config_;
    std::mutex mutex_;
    Material material_;
    std::unique_ptr<boost::asio::ssl::context> context_;
    std::string failure_;
};

/// The host of a base URL, IPv6 addresses without their brackets.
std::string host_of(const std::string& url);

}  // namespace kube
