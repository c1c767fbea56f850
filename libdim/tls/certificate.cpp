#include "libdim/tls/certificate.hpp"

#include "libdim/tls/certificate_text.hpp"
#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/parse_certificate.hpp"

#include <ctime>

namespace dim::tls {

namespace {

std::int64_t seconds_of(const mbedtls_x509_time& time) {
    std::tm parts{};
    parts.tm_year = time.year - 1900;
    parts.tm_mon = time.mon - 1;
    parts.tm_mday = time.day;
    parts.tm_hour = time.hour;
    parts.tm_min = time.min;
    parts.tm_sec = time.sec;
    return ::timegm(&parts);
}

void add_name(const mbedtls_x509_buf& name, CertificateInfo& info) {
    const std::string_view text = text_of(name);
    switch (name.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) {
        case 2: info.dns_names.emplace_back(text); break;
        case 7:
            if (text.size() != 4) break;  // IPv6
            info.addresses.push_back(std::uint32_t{name.p[0]} << 24 |
                                     std::uint32_t{name.p[1]} << 16 |
                                     std::uint32_t{name.p[2]} << 8 | std::uint32_t{name.p[3]});
            break;
        default: break;
    }
}

}  // namespace

Result<CertificateInfo> describe_certificate(std::string_view pem) {
    OwnedCertificate certificate;
    DIM_CHECK(parse_certificate(pem, certificate.get()));
    CertificateInfo info;
    info.common_name = common_name_of(*certificate.get());
    info.not_before = seconds_of(certificate->valid_from);
    info.not_after = seconds_of(certificate->valid_to);
    if ((certificate->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0) {
        for (const auto* name = &certificate->subject_alt_names; name != nullptr; name = name->next)
            add_name(name->buf, info);
    }
    info.fingerprint = fingerprint_of(*certificate.get());
    info.is_authority = certificate->ca_istrue != 0;
    return info;
}

Result<bool> is_issued_by(std::string_view certificate_pem, std::string_view authority_pem) {
    OwnedCertificate certificate;
    OwnedCertificate authority;
    DIM_CHECK(parse_certificate(certificate_pem, certificate.get()));
    DIM_CHECK(parse_certificate(authority_pem, authority.get()));
    std::uint32_t flags = 0;
    // The result says no more than the flags.
    (void)mbedtls_x509_crt_verify(certificate.get(), authority.get(), nullptr, nullptr, &flags,
                                  nullptr, nullptr);
    constexpr std::uint32_t kTime = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
    return (flags & ~kTime) == 0;
}

}  // namespace dim::tls
