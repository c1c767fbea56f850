#include "libdim/tls/issue_certificate.hpp"

#include "libdim/tls/mbedtls_error.hpp"

#include <array>
#include <ctime>
#include <vector>

#include <mbedtls/asn1.h>
#include <mbedtls/bignum.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>

namespace dim::tls {

namespace {

using OwnedCertificateWriter =
    Owned<mbedtls_x509write_cert, mbedtls_x509write_crt_init, mbedtls_x509write_crt_free>;
using OwnedNumber = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

constexpr std::size_t kPemLimit = 64 * 1024;

/// "20260131235959", which X.509 times are made of.
Result<std::string> time_text(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 32> text;
    if (::gmtime_r(&time, &parts) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y%m%d%H%M%S", &parts) != 14) {
        return fail(ErrorCode::invalid_input, "a certificate's time is outside years 1000 to 9999");
    }
    return std::string(text.data());
}

std::string encode(unsigned char tag, std::string_view content) {
    std::string der(1, static_cast<char>(tag));
    if (content.size() < 0x80) {
        der += static_cast<char>(content.size());
    } else {
        der += '\x82';  // a length of two bytes follows
        der += static_cast<char>(content.size() >> 8);
        der += static_cast<char>(content.size() & 0xff);
    }
    return der.append(content);
}

/// One after the other until one fails; the result of the last call made.
template <class... Step>
int all_of(Step... step) {
    int error = 0;
    (void)(((error = step()) == 0) && ...);
    return error;
}

int set_extension(mbedtls_x509write_cert* writer, std::string_view oid, std::string_view value) {
    return mbedtls_x509write_crt_set_extension(writer, oid.data(), oid.size(), 0,
                                               reinterpret_cast<const unsigned char*>(value.data()),
                                               value.size());
}

int set_serial(Random& random, mbedtls_x509write_cert* writer) {
    std::array<unsigned char, 16> bytes;
    OwnedNumber number;
    return all_of(
        [&] { return mbedtls_ctr_drbg_random(random.context(), bytes.data(), bytes.size()); },
        [&] {
            bytes[0] = (bytes[0] & 0x7f) | 0x40;  // positive, and always of full length
            return mbedtls_mpi_read_binary(number.get(), bytes.data(), bytes.size());
        },
        [&] { return mbedtls_x509write_crt_set_serial(writer, number.get()); });
}

int set_uses(const CertificatePlan& plan, mbedtls_x509write_cert* writer) {
    if (plan.is_authority) {
        return mbedtls_x509write_crt_set_key_usage(writer, MBEDTLS_X509_KU_KEY_CERT_SIGN |
                                                               MBEDTLS_X509_KU_CRL_SIGN);
    }
    constexpr std::string_view kExtendedKeyUsage(MBEDTLS_OID_EXTENDED_KEY_USAGE);
    constexpr std::string_view kSubjectAltName(MBEDTLS_OID_SUBJECT_ALT_NAME);
    return all_of(
        [&] {
            return mbedtls_x509write_crt_set_key_usage(writer, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
        },
        [&] {
            return plan.extended_key_usage.empty()
                       ? 0
                       : set_extension(writer, kExtendedKeyUsage, plan.extended_key_usage);
        },
        [&] { return set_extension(writer, kSubjectAltName, plan.subject_names); });
}

}  // namespace

std::string encode_subject_names(const ServerNames& names) {
    constexpr unsigned char kDnsName = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
    constexpr unsigned char kIpAddress = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
    std::string content;
    for (const std::string& name : names.dns_names)
        content += encode(kDnsName, name);
    for (const std::uint32_t address : names.addresses) {
        const std::array<char, 4> bytes{
            static_cast<char>(address >> 24), static_cast<char>(address >> 16),
            static_cast<char>(address >> 8), static_cast<char>(address)};
        content += encode(kIpAddress, {bytes.data(), bytes.size()});
    }
    return encode(MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE, content);
}

Result<void> generate_key(Random& random, mbedtls_pk_context* key) {
    const int error =
        all_of([&] { return mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)); },
               [&] {
                   return mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
                                              mbedtls_ctr_drbg_random, random.context());
               });
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "make a key", error));
    return {};
}

Result<SecretText> write_key(mbedtls_pk_context* key) {
    std::array<unsigned char, 2048> buffer;
    const int error = mbedtls_pk_write_key_pem(key, buffer.data(), buffer.size());
    SecretText text(error == 0 ? std::string(reinterpret_cast<const char*>(buffer.data())) : "");
    wipe(buffer.data(), buffer.size());
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "write a key", error));
    return text;
}

Result<std::string> issue_certificate(Random& random, const CertificatePlan& plan) {
    if (plan.validity.not_after <= plan.validity.not_before)
        return fail(ErrorCode::invalid_input, "a certificate must end after it begins");
    DIM_TRY(const std::string not_before, time_text(plan.validity.not_before));
    DIM_TRY(const std::string not_after, time_text(plan.validity.not_after));
    OwnedCertificateWriter owned;
    mbedtls_x509write_cert* writer = owned.get();
    mbedtls_x509write_crt_set_version(writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(writer, plan.subject_key);
    mbedtls_x509write_crt_set_issuer_key(writer, plan.issuer_key);
    std::vector<unsigned char> pem(kPemLimit);
    const int error =
        all_of([&] { return mbedtls_x509write_crt_set_subject_name(writer, plan.subject.c_str()); },
               [&] { return mbedtls_x509write_crt_set_issuer_name(writer, plan.issuer.c_str()); },
               [&] {
                   return mbedtls_x509write_crt_set_validity(writer, not_before.c_str(),
                                                             not_after.c_str());
               },
               [&] { return set_serial(random, writer); },
               [&] {
                   return mbedtls_x509write_crt_set_basic_constraints(
                       writer, plan.is_authority ? 1 : 0, plan.is_authority ? 0 : -1);
               },
               [&] { return mbedtls_x509write_crt_set_subject_key_identifier(writer); },
               [&] { return mbedtls_x509write_crt_set_authority_key_identifier(writer); },
               [&] { return set_uses(plan, writer); },
               [&] {
                   return mbedtls_x509write_crt_pem(writer, pem.data(), pem.size(),
                                                    mbedtls_ctr_drbg_random, random.context());
               });
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "issue certificate", error));
    return std::string(reinterpret_cast<const char*>(pem.data()));
}

}  // namespace dim::tls
