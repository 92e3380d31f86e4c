// Certificates made for a test: an authority and what it signs. EC P-256, valid for a day.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/x509.h>

namespace support {

/// A certificate with its private key, both PEM.
struct KeyPair {
    std::string certificate;
    std::string key;
};

class CertificateAuthority {
  public:
    explicit CertificateAuthority(const std::string& name);

    const std::string& certificate() const { return pem_; }

    /// Signs a certificate for servers and clients. Names are as in OpenSSL: "DNS:localhost", "IP:127.0.0.1".
    KeyPair issue(const std::string& common_name,
                  const std::vector<std::string>& subject_alternative_names = {});

  private:
    template <class T>
    using Owned = std::unique_ptr<T, void (*)(T*)>;

    Owned<EVP_PKEY> key_;
    Owned<X509> certificate_;
    std::string pem_;
};

}  // namespace support
