#include "libdim/tls/authority.hpp"

#include "libdim/tls/issue_certificate.hpp"
#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/parse_key.hpp"

#include <algorithm>
#include <array>

namespace dim::tls {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Nothing that has a meaning in the text form of a distinguished name (RFC 4514).
Result<void> check_common_name(const std::string& name) {
    const bool is_plain = std::ranges::all_of(name, [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == ' ';
    });
    if (is_plain && !name.empty() && name.size() <= 64 && name.front() != ' ' && name.back() != ' ')
        return {};
    return fail(ErrorCode::invalid_input,
                "a certificate's common name is 1 to 64 letters, digits, blanks, '-', '.' or '_'");
}

Result<void> check_dns_name(const std::string& name) {
    const bool is_plain = std::ranges::all_of(
        name, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
    if (is_plain && !name.empty() && name.size() <= 253 && name.front() != '.') return {};
    return fail(ErrorCode::invalid_input, "a certificate's DNS name has a wrong form");
}

Result<void> check_names(const ServerNames& names) {
    DIM_CHECK(check_common_name(names.common_name));
    const std::size_t count = names.dns_names.size() + names.addresses.size();
    if (count == 0)
        return fail(ErrorCode::invalid_input, "a server certificate needs a name or an address");
    if (count > kSubjectNamesLimit)
        return fail(ErrorCode::limit_exceeded,
                    "a certificate takes at most " + std::to_string(kSubjectNamesLimit) + " names");
    for (const std::string& name : names.dns_names)
        DIM_CHECK(check_dns_name(name));
    return {};
}

/// Errors: invalid_input for what is no public key of P-256.
Result<void> parse_public_key(std::string_view pem, mbedtls_pk_context* key) {
    const std::string text(pem);  // mbedTLS wants to see the zero
    const int error = mbedtls_pk_parse_public_key(
        key, reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1);
    if (error != 0)
        return fail(mbedtls_failure(ErrorCode::invalid_input, "read a public key", error));
    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_ECKEY &&
        mbedtls_pk_ec(*key)->grp.id == MBEDTLS_ECP_DP_SECP256R1)
        return {};
    return fail(ErrorCode::invalid_input, "the public key is of another kind than P-256");
}

/// A certificate of ISSUER for KEY.
Result<std::string> issue(Random& random, const Authority& issuer, const ServerNames& names,
                          mbedtls_pk_context* key, std::string_view uses, Validity validity) {
    OwnedCertificate authority;
    OwnedKey authority_key;
    DIM_CHECK(parse_certificate(issuer.certificate_pem(), authority.get()));
    DIM_CHECK(parse_key(issuer.key_pem(), *authority.get(), authority_key.get()));
    std::array<char, 256> issuer_name;
    const int length =
        mbedtls_x509_dn_gets(issuer_name.data(), issuer_name.size(), &authority->subject);
    if (length < 0) return fail(mbedtls_failure(ErrorCode::internal, "name of the CA", length));
    return issue_certificate(random, {.subject = "CN=" + names.common_name,
                                      .issuer = issuer_name.data(),
                                      .subject_key = key,
                                      .issuer_key = authority_key.get(),
                                      .validity = validity,
                                      .is_authority = false,
                                      .subject_names = encode_subject_names(names),
                                      .extended_key_usage = std::string(uses)});
}

}  // namespace

Result<Authority> Authority::create(Random& random, const std::string& name, Validity validity) {
    DIM_CHECK(check_common_name(name));
    OwnedKey key;
    DIM_CHECK(generate_key(random, key.get()));
    DIM_TRY(std::string certificate_pem, issue_certificate(random, {.subject = "CN=" + name,
                                                                    .issuer = "CN=" + name,
                                                                    .subject_key = key.get(),
                                                                    .issuer_key = key.get(),
                                                                    .validity = validity,
                                                                    .is_authority = true,
                                                                    .subject_names = {},
                                                                    .extended_key_usage = {}}));
    DIM_TRY(SecretText key_pem, write_key(key.get()));
    return Authority(std::move(certificate_pem), std::move(key_pem));
}

Result<Authority> Authority::load(std::string certificate_pem, SecretText key_pem) {
    OwnedCertificate certificate;
    OwnedKey key;
    DIM_CHECK(parse_certificate(certificate_pem, certificate.get()));
    if (certificate->ca_istrue == 0)
        return fail(ErrorCode::invalid_input, "the certificate is not an authority's");
    DIM_CHECK(parse_key(key_pem, *certificate.get(), key.get()));
    return Authority(std::move(certificate_pem), std::move(key_pem));
}

Result<Identity> Authority::issue_server(Random& random, const ServerNames& names,
                                         Validity validity) const {
    DIM_CHECK(check_names(names));
    OwnedKey key;
    DIM_CHECK(generate_key(random, key.get()));
    DIM_TRY(std::string certificate_pem,
            issue(random, *this, names, key.get(), kServerAuth, validity));
    DIM_TRY(SecretText key_pem, write_key(key.get()));
    return Identity{std::move(certificate_pem), std::move(key_pem)};
}

Result<std::string> Authority::issue_peer(Random& random, const std::string& name,
                                          std::string_view public_key_pem,
                                          Validity validity) const {
    const ServerNames names{.common_name = name, .dns_names = {name}, .addresses = {}};
    DIM_CHECK(check_names(names));
    OwnedKey key;
    DIM_CHECK(parse_public_key(public_key_pem, key.get()));
    return issue(random, *this, names, key.get(), kServerAndClientAuth, validity);
}

}  // namespace dim::tls
