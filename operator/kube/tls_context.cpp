#include "operator/kube/tls_context.h"

#include "common/log.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace kube {
namespace {

namespace ssl = boost::asio::ssl;

/// Names go by the subject alternative names, as in Go; the common name counts for nothing.
void expect_name(SSL_CTX* context, const std::string& name) {
    X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(name, not_an_address);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (not_an_address) {
        X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
    }
    // The given authority is trusted even when it is an intermediate one.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
}

}  // namespace

std::string host_of(const std::string& url) {
    const std::size_t scheme = url.find("://");
    std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
    host = host.substr(0, host.find('/'));
    if (host.starts_with('[')) {
        return host.substr(1, host.find(']') - 1);
    }
    return host.substr(0, host.find(':'));
}

Result<std::shared_ptr<TlsContext>> TlsContext::create(const Config& config) {
    std::shared_ptr<TlsContext> self(new TlsContext(config));
    if (auto done = self->refresh(); !done) {
        return tl::unexpected(done.error());
    }
    return self;
}

void TlsContext::install(ssl::context& target) {
    const std::lock_guard lock(mutex_);
    if (const auto done = refresh(); !done) {
        // Half a rotation: what worked until now is better than nothing.
        common::log::warning("Kept the TLS certificates of before", {{"error", done.error().message}});
    }
    SSL_CTX_up_ref(context_->native_handle());
    target = ssl::context(context_->native_handle());
}

std::string TlsContext::take_failure() {
    const std::lock_guard lock(mutex_);
    return std::exchange(failure_, {});
}

Result<TlsContext::Material> TlsContext::read() const {
    auto authority = config_.certificate_authority.read("certificate authority");
    auto certificate = config_.client_certificate.read("client certificate");
    auto key = config_.client_key.read("client key");
    for (const auto* part : {&authority, &certificate, &key}) {
        if (!*part) {
            return tl::unexpected(part->error());
        }
    }
    return Material{*std::move(authority), *std::move(certificate), *std::move(key)};
}

Result<void> TlsContext::refresh() {
    auto material = read();
    if (!material) {
        return tl::unexpected(material.error());
    }
    if (context_ && *material == material_) {
        return {};
    }
    try {
        build(*material);
    } catch (const boost::system::system_error& error) {
        return fail(ErrorKind::invalid, "certificate authority, client certificate or client key of " +
                                            config_.server + " cannot be used: " + error.code().message());
    }
    material_ = *std::move(material);
    return {};
}

void TlsContext::build(const Material& material) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    // Watches are silent most of the time: no buffers are held between records.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    expect_name(native, config_.tls_server_name.empty() ? host_of(config_.server) : config_.tls_server_name);
    SSL_CTX_set_cert_verify_callback(native, &TlsContext::verify, this);
    context->add_certificate_authority(boost::asio::buffer(material.authority));
    if (!material.certificate.empty()) {
        context->use_certificate_chain(boost::asio::buffer(material.certificate));
        context->use_private_key(boost::asio::buffer(material.key), ssl::context::pem);
    }
    context_ = std::move(context);
}

int TlsContext::verify(X509_STORE_CTX* store, void* self) {
    const int trusted = X509_verify_cert(store);
    if (trusted <= 0) {
        auto& context = *static_cast<TlsContext*>(self);
        const std::lock_guard lock(context.mutex_);
        context.failure_ = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
    }
    return trusted;
}

}  // namespace kube
