#include "tests/support/certificates.h"

#include <cstdlib>
#include <utility>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace support {
namespace {

/// A client's threads may end after main and must not find OpenSSL taken down; only its first user can say
/// so.
EVP_PKEY* make_key() {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
}

/// OpenSSL does not fail here unless the test itself is wrong.
void require(bool ok) {
    if (!ok) {
        std::abort();
    }
}

template <class Write>
std::string pem(Write write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
    require(write(memory.get()) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

/// Not signed yet.
X509* certificate_for(const std::string& common_name, EVP_PKEY* key) {
    X509* certificate = X509_new();
    require(X509_set_version(certificate, 2) == 1);
    std::uint64_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 60 * 60);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    return certificate;
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name)
    : key_(make_key(), EVP_PKEY_free), certificate_(certificate_for(name, key_.get()), X509_free) {
    X509* certificate = certificate_.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    require(X509_sign(certificate, key_.get(), EVP_sha256()) > 0);
    pem_ = pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

KeyPair CertificateAuthority::issue(const std::string& common_name,
                                    const std::vector<std::string>& subject_alternative_names) {
    const Owned<EVP_PKEY> key(make_key(), EVP_PKEY_free);
    const Owned<X509> certificate(certificate_for(common_name, key.get()), X509_free);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    add_extension(certificate.get(), certificate_.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    std::string names;
    for (const std::string& name : subject_alternative_names) {
        names += (names.empty() ? "" : ",") + name;
    }
    if (!names.empty()) {
        add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
    }
    require(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
    return {pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }), pem([&](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace support
